/*
 * The messages of virthook's protocol as structures: PROTOCOL.md in C. Compiled into both sides.
 *
 * A message that was decoded owns one block, `storage`, and every string and list in it points
 * there: message_clear() gives it back. A message that is to be encoded borrows its strings and has
 * no storage. An absent string is NULL.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "failure_policy.h"
#include "names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The versions of the protocol that are spoken here: one. */
#define PROTOCOL_VERSION 1

/* Bytes of one packet. A SOCK_SEQPACKET socket carries it whole with the kernel's default buffers.
 */
#define PROTOCOL_PACKET_MAX 65536

/* Bytes of the list of scripts where it travels in a memfd: 48 KiB for each of 1,024 scripts. */
#define PROTOCOL_DETAILS_MAX (48 * 1024 * 1024)

/* Bytes of stdin, and of a reply's XML, at the most, whatever the configuration says. */
#define PROTOCOL_BULK_MAX (64 * 1024 * 1024)

/* Scripts of one call, bytes of a human sentence, descriptors of a packet. */
#define PROTOCOL_SCRIPTS_MAX 1024
#define PROTOCOL_TEXT_MAX    4096
#define PROTOCOL_FDS_MAX     2

/* Bytes of a sender's name or of a code, of a path, of a status's JSON. */
#define PROTOCOL_NAME_MAX   64
#define PROTOCOL_PATH_MAX   4096
#define PROTOCOL_STATUS_MAX 61440

/* Bytes of what one script was refused: 64 lines of a system call's name and a number. */
#define PROTOCOL_DENIED_MAX 4096

/* Bytes of what one permissive script did: 256 lines, and never more than fit into a packet. */
#define PROTOCOL_OBSERVED_MAX 16384

/* Bytes of the words that say how one script was confined. */
#define PROTOCOL_ENFORCED_MAX 1024

/* Bytes of one tail: 64 KiB of a script's output with every byte escaped as \xNN. */
#define PROTOCOL_TAIL_MAX (256 * 1024)

/* Nesting of a packet (our own fields need 4), its values, those of details, keys of one map. */
#define PROTOCOL_DEPTH_MAX         8
#define PROTOCOL_ITEMS_MAX         16384
#define PROTOCOL_DETAILS_ITEMS_MAX 65536
#define PROTOCOL_KEYS_MAX          64

enum message_type {
    MESSAGE_HELLO = 1,
    MESSAGE_CALL = 2,
    MESSAGE_ACCEPTED = 3,
    MESSAGE_VERDICT = 4,
    MESSAGE_CANCEL = 5,
    MESSAGE_PING = 6,
    MESSAGE_STATUS = 7,
    MESSAGE_RELOAD = 8,
    MESSAGE_ERROR = 9,
};

/* One more than the highest type. */
#define MESSAGE_TYPES 10

/* Who sends: it decides which fields a type has, and which types it may use. */
enum message_side {
    SIDE_CLIENT,
    SIDE_HELPER,
};

/* Hello, both ways, the first packet of each side; id 0. */
struct message_hello {
    uint32_t version_min, version_max;
    const char *name; /* who speaks, for the log: "shim", "libvirtd" */
    /* From the helper alone: */
    uint64_t deadline_ms; /* of a call that no rule changes */
    uint64_t stdin_max;   /* bytes */
    uint64_t calls_max;   /* calls of one peer that may be open at once */
    const char *hooks;    /* the directory where it finds them, or NULL where it does not say */
    bool has_policy;
    struct failure_policy policy;
};

enum call_class {
    CLASS_HOOK = 0,
    CLASS_EVENT = 1,
};

/*
 * Client to helper: run the scripts of this operation. One descriptor where has_stdin. Of class
 * event, driver is the kind of the event's object, operation the event, sub_operation its detail.
 */
struct message_call {
    enum call_class class;
    const char *driver, *object, *operation, *sub_operation, *extra;
    const char *uuid;     /* NULL where the client does not know it */
    const char *profile;  /* of all its scripts; NULL: as the configuration's rules say */
    const char *only;     /* class event: of the scripts that are found this one; NULL: all */
    const char *delivery; /* class event: not run twice, and not cancelled when the client goes */
    const char *uri;      /* class event: of the daemon that told of it; NULL: not known */
    uint64_t timeout_ms;  /* may shorten the deadline, never lengthen it; 0 means no wish */
    bool has_stdin;
};

/* Helper to client, at once: the call is taken, and ends within this time from now. */
struct message_accepted {
    uint64_t deadline_ms;
};

/* The highest exit status and signal that a script can end with. */
#define SCRIPT_EXIT_MAX   255
#define SCRIPT_SIGNAL_MAX 127

/* How often a script is tried again at the most; with a minute between, that is most of a day. */
#define SCRIPT_RETRIES_MAX 1000

/* One script as it ended. */
struct message_script {
    const char *path;
    int exit_status; /* 0 to 255; -1 where it did not exit */
    int signal;      /* 0 where no signal ended it */
    bool timed_out;
    unsigned int retries; /* class event: how often to try again after exit 75, as configured */
    const char *problem;  /* why it was not run, or NULL */
    const char *profile;  /* it ran under; NULL where it did not run */
    const char *denied;   /* system calls that it was refused, one a line; NULL where none */
    const char *observed; /* what a permissive one did and strictly could not, one a line; NULL */
    const char *enforced; /* what held it, words apart by spaces; NULL where it did not run */
    uint64_t duration_ms; /* from its exec to its end; 0 where it did not come to its exec */
    uint64_t stdout_bytes, stderr_bytes;   /* all that it wrote, kept or not */
    const char *stdout_tail, *stderr_tail; /* the end of what it wrote; safe text, see text.h */
};

/*
 * Helper to client: how the call ended. Descriptors: the output's memfd where has_output, then the
 * details' memfd where has_details; in that case the list of scripts is there and not in the
 * packet.
 */
struct message_verdict {
    bool allow;
    const char *reason;  /* a reason code, see reason_… below */
    const char *message; /* one human sentence */
    uint64_t duration_ms;
    bool has_output, has_details;
    size_t script_count;
    struct message_script *scripts;
};

/* Status, helper to client. The client's own carries nothing. */
struct message_status {
    const char *json; /* one JSON object, its keys in PROTOCOL.md */
};

/* Error, helper to client: answers the packet with this id, or none where id is 0. */
struct message_error {
    const char *code;                  /* of error.h, or one that a newer helper has */
    const char *message;               /* one human sentence */
    uint32_t version_min, version_max; /* with the code "unsupported-version", else 0 */
};

struct message {
    uint32_t version; /* as decoded; what is encoded has PROTOCOL_VERSION */
    enum message_type type;
    uint64_t id;
    union {
        struct message_hello hello;
        struct message_call call;
        struct message_accepted accepted;
        struct message_verdict verdict;
        struct message_status status;
        struct message_error error;
    };
    void *storage;
    void *details; /* the second block, of scripts that came in a memfd */
};

/* Frees what a decoded message owns, and empties it. */
void message_clear(struct message *message);

#define auto_message __attribute__((cleanup(message_clear)))

/* How many descriptors the packet of this message carries. */
size_t message_fd_count(const struct message *message, enum message_side side);
