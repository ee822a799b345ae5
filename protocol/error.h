/*
 * What can be wrong with a packet, and how it is told to its sender. Both sides.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Positive, so that the caller can tell it from a negative errno. PROTOCOL.md has the same list. */
enum protocol_error {
    PROTOCOL_E_TRUNCATED = 1, /* the bytes end inside a value, or there are none */
    PROTOCOL_E_TRAILING,      /* bytes follow the value */
    PROTOCOL_E_TOO_LARGE,     /* more bytes than a packet may have */
    PROTOCOL_E_TOO_DEEP,
    PROTOCOL_E_TOO_MANY,    /* values, or keys of one map */
    PROTOCOL_E_TOO_LONG,    /* a string */
    PROTOCOL_E_NOT_MSGPACK, /* a byte that msgpack does not use, or a type that we do not (ext) */
    PROTOCOL_E_SHAPE,       /* not [version, type, id, {…}], or a wrong type in it */
    PROTOCOL_E_VERSION,
    PROTOCOL_E_TYPE,  /* unknown, or not for this side */
    PROTOCOL_E_FIELD, /* a field is missing, of a wrong type or range, or stands twice */
    PROTOCOL_E_NAME,  /* a driver, object, operation, extra, UUID or profile that cannot be one */
    PROTOCOL_E_TEXT,  /* not UTF-8, or with a NUL */
    PROTOCOL_E_FDS,   /* descriptors where none belong, or too few, or not final memfds */
    /* Those that decoding never finds, for the helper: */
    PROTOCOL_E_ORDER,        /* a packet before the hello, or a second hello */
    PROTOCOL_E_DUPLICATE_ID, /* the id of a call that is still open */
    PROTOCOL_E_BUSY,         /* more calls open than the hello's calls_max */
    PROTOCOL_E_STDIN,        /* more stdin than the hello's stdin_max */
    PROTOCOL_E_PROFILE,      /* no profile of the name that the call asks for */
    PROTOCOL_E_ENDING,       /* the helper takes no more calls */
    PROTOCOL_E_NOT_HERE,     /* a call at an admin socket */
    PROTOCOL_E_CONFIG,       /* a reload's configuration was refused; the running one stays */
    PROTOCOL_E_INTERNAL,     /* the helper lacks memory or descriptors; the last one */
};

/* The error's code in an error packet ("truncated", …), and one sentence about it. */
const char *protocol_error_code(int error);
const char *protocol_error_text(int error);

/* Room for any sentence of protocol_error_sentence(). */
#define PROTOCOL_SENTENCE_MAX 160

/* The sentence, with the name of the field in front where it is not NULL: "uuid: a name has …". */
void protocol_error_sentence(int error, const char *field, char *buffer, size_t size);

/*
 * Whether the sender of this can go on: its content alone was wrong, not the framing. A packet
 * whose id could not be read (0) ends the connection all the same.
 */
bool protocol_error_is_content(int error);
