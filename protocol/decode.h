/*
 * Bytes to structures, no I/O. Both sides. All input is untrusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "error.h"
#include "message.h"

/*
 * Decodes one packet that `side` has sent. Returns 0, -ENOMEM, or a PROTOCOL_E_…; on a
 * PROTOCOL_E_… `*ret_id` holds the packet's id where it could be read, else 0.
 */
int message_decode(const uint8_t *data, size_t size, enum message_side side,
                   struct message *ret_message, uint64_t *ret_id);

/* Where a packet is wrong. */
struct decode_fault {
    uint64_t id;       /* the packet's, or 0 where it could not be read */
    const char *field; /* the key of the field; a constant; NULL where it is none */
};

/* The same, and names the field. */
int message_decode_fault(const uint8_t *data, size_t size, enum message_side side,
                         struct message *ret_message, struct decode_fault *ret_fault);

/*
 * Decodes the list of scripts that came in a memfd into `verdict`, which has none yet. The scripts
 * own `*ret_storage`, which the caller frees. Returns as message_decode().
 */
int message_decode_scripts(const uint8_t *data, size_t size, struct message_verdict *verdict,
                           void **ret_storage);
