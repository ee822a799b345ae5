/*
 * What a helper that is a service tells its manager (notify.h). Helper. A private helper tells
 * nothing: the environment that it has from its client is about the client.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

struct helper;

/* Serving; from here on the manager's watchdog is fed by the loop, and so only while it turns. */
void service_ready(struct helper *helper);

/* About a reload by signal. */
void service_reloading(const struct helper *helper);
void service_reloaded(const struct helper *helper);

/* No call is taken any more. */
void service_stopping(const struct helper *helper);
