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
 * Encodes a message that `side` sends. Texts for humans may be anything: what is not UTF-8 is
 * escaped, what is over its limit is cut (tails at their start). Returns 0; -ENOMEM; -EMSGSIZE
 * where it is over PROTOCOL_PACKET_MAX (a verdict's scripts then go by message_encode_scripts()) or
 * a status over PROTOCOL_STATUS_MAX; -EINVAL for what the peer would refuse: a type that is not for
 * this side, an id of 0 where none may be, a name that cannot be one, a string that is missing.
 */
int message_encode(const struct message *message, enum message_side side,
                   struct encoded *ret_encoded);

/*
 * Encodes a list of scripts for a memfd; the tails of very many scripts are cut to an equal share
 * of PROTOCOL_DETAILS_MAX, so that it always fits. Returns 0, -ENOMEM or -EINVAL.
 */
int message_encode_scripts(const struct message_script *scripts, size_t count,
                           struct encoded *ret_encoded);
