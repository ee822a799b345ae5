/*
 * How the fields of each type of message are read. Both sides; for decode.c alone.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "fields.h"
#include "message.h"

/* Reads the fields into `message`, whose strings and lists go into the store; errors are the
 * fields'. */
typedef void decoder(struct fields *fields, struct message *message);

/* The reader of a type, or NULL where it is unknown or not for this side. */
decoder *decoder_of(uint64_t type, enum message_side side);

/*
 * Reads a list of scripts into `verdict`. The list is put in front of the store's texts, so that
 * nothing may be in the store yet. Returns 0, -ENOMEM or a PROTOCOL_E_….
 */
int decode_script_list(const msgpack_object_array *array, struct store *store,
                       struct message_verdict *verdict);
