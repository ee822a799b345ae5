/*
 * An event as a document: one line of JSON, which people see and scripts get on stdin. virteventd.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "event.h"

/*
 * The line, without its end; the time in it is now. The caller frees. Returns 0 or -ENOMEM.
 */
int document_make(const struct event *event, char **ret_document);
