/*
 * Bytes to structures, no I/O. Both sides. All input is untrusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "message.h"

/* What can be wrong with a packet; positive, so that the caller can tell it from a negative errno. */
enum protocol_error {
    PROTOCOL_E_TRUNCATED = 1, /* the bytes end inside a value, or there are none */
    PROTOCOL_E_TRAILING,      /* bytes follow the value */
    PROTOCOL_E_TOO_LARGE,     /* more bytes than a packet may have */
    PROTOCOL_E_TOO_DEEP,
    PROTOCOL_E_TOO_MANY,      /* values */
    PROTOCOL_E_TOO_LONG,      /* a string */
    PROTOCOL_E_NOT_MSGPACK,   /* a byte that msgpack does not use, or a type that we do not (ext) */
    PROTOCOL_E_SHAPE,         /* not [version, type, id, {…}], or a wrong type in it */
    PROTOCOL_E_VERSION,
    PROTOCOL_E_TYPE,          /* unknown, or not for this side */
    PROTOCOL_E_FIELD,         /* a field is missing, of a wrong type, or stands twice */
    PROTOCOL_E_NAME,          /* a driver, object, operation, extra or UUID that cannot be one */
    PROTOCOL_E_TEXT,          /* not UTF-8, or with a NUL */
    PROTOCOL_E_FDS,           /* descriptors where none belong, or too few, or not final memfds */
};

/* The error's code in an error packet ("truncated", …), and one sentence about it. */
const char *protocol_error_code(int error);
const char *protocol_error_text(int error);

/* Whether the sender of this can go on: its content alone was wrong, not the framing. */
bool protocol_error_is_content(int error);

/*
 * Decodes one packet that `side` has sent. Returns 0, -ENOMEM, or a PROTOCOL_E_…; on a
 * PROTOCOL_E_… `*ret_id` holds the packet's id where it could be read, else 0.
 */
int message_decode(const uint8_t *data, size_t size, enum message_side side,
                   struct message *ret_message, uint64_t *ret_id);

/*
 * Decodes the list of scripts that came in a memfd into `verdict`, which has none yet. The scripts
 * own `*ret_storage`, which the caller frees. Returns as message_decode().
 */
int message_decode_scripts(const uint8_t *data, size_t size, struct message_verdict *verdict,
                           void **ret_storage);
