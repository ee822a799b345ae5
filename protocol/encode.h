/*
 * Structures to bytes, no I/O. Both sides.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "message.h"

/* Bytes that were encoded; the caller frees `data`. */
struct encoded {
    uint8_t *data;
    size_t size;
};

/*
 * Encodes a message that `side` sends. Returns 0, -ENOMEM, or -EMSGSIZE where it is over
 * PROTOCOL_PACKET_MAX (a verdict's scripts then go by message_encode_scripts()).
 */
int message_encode(const struct message *message, enum message_side side,
                   struct encoded *ret_encoded);

/* Encodes a list of scripts for a memfd. Returns 0, -ENOMEM, or -EMSGSIZE over PROTOCOL_DETAILS_MAX. */
int message_encode_scripts(const struct message_script *scripts, size_t count,
                           struct encoded *ret_encoded);
