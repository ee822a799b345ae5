/*
 * One question with the configuration it is answered by. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "answer.h"
#include "config.h"
#include "object.h"

struct matter {
    const struct question *question;
    const struct config *config;
    const char *hooks; /* the question's, or the configuration's */
    uid_t session_uid; /* see vet.h */
};

/* `check` where the configuration is refused for this reason. Returns 0 or -ENOMEM. */
int matter_check_refused(const struct question *question, const char *why,
                         struct json_object *object);

/* Each fills in the object and returns 0, or a negative errno. Where there is no answer the object
 * has "error" alone. */
int matter_check(const struct matter *matter, struct json_object *object);
int matter_explain(const struct matter *matter, struct json_object *object);
