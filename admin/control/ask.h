/*
 * A question to a helper at one socket. Admin's process; none is ever started for it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>

/* Asked and answered is 0; what else came of it: */
enum ask_error {
    ASK_E_GONE = 1, /* nobody serves there */
    ASK_E_FAILED,   /* no answer; a complaint was made */
    ASK_E_REFUSED,  /* a reload was refused; a complaint was made */
};

/* The helper's status, an object that the caller puts. Returns 0 or an ASK_E_…. */
int ask_status(const char *socket, struct json_object **ret_status);

/*
 * Has it reload; `who` it is stands in the complaint. Returns the same; with ASK_E_REFUSED the
 * helper's words, where it had any, which the caller frees, or NULL.
 */
int ask_reload(const char *socket, const char *who, char **ret_refusal);

/* Complains that nobody serves at this socket, and says what to do. Returns an exit status. */
int ask_complain_gone(const char *command, const char *socket);
