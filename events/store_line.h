/*
 * The state file's lines, made and read. virteventd. What is read may be damaged.
 *
 *   {"virteventd":1,"prefix":"0123456789abcdef"}   first
 *   {"next":17}                                    the next sequence number is not lower
 *   {"event":DOCUMENT}                             a delivery, as --print shows it
 *   {"retry":{"sequence":17,"attempt":2,"rounds":1,"scripts":[{"script":"/x","left":4}]}}
 *   {"done":17}
 *   {"states":{"uri":"…","objects":[{"kind":"domain","name":"g1","uuid":"…","active":true,
 *     "transient":false}]}}                        all of this URI's
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ledger.h"

#include <stddef.h>
#include <stdint.h>

/* Each returns a line with its end, which the caller frees, and NULL where memory is short. */
char *store_line_head(const struct ledger *ledger);
char *store_line_next(const struct ledger *ledger);
char *store_line_event(const struct delivery *delivery);
char *store_line_retry(const struct delivery *delivery);
char *store_line_done(uint64_t sequence);
char *store_line_states(const char *uri, const struct states *states);

/*
 * Takes a line, without its end, into the ledger; `line` is where it stands. Returns 0; -EBADMSG
 * where it is none that can be; -ENOMEM.
 */
int store_line_read(struct ledger *ledger, const char *text, size_t size, struct ledger_line line);

/* The delivery of an event's line, and what its retry's line changes in it. As store_line_read().
 */
int store_line_read_event(const char *text, size_t size, struct delivery **ret_delivery);
int store_line_read_retry(const char *text, size_t size, struct delivery *delivery);
