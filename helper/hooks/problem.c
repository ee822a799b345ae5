/*
 * The sentences that say why a script is not run, and how to mend it. Helper.
 *
 * Paths are not trusted here: whoever may write below the hooks directory, or any directory that a
 * link leads to, chooses names. An admin reads the sentence in a terminal and copies commands from
 * it into a shell.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "problem.h"

#include "cleanup.h"
#include "text.h"
#include "vet.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int problem_say(char **ret_problem, const char *format, ...)
{
    va_list arguments;
    char *sentence;

    va_start(arguments, format);
    sentence = text_compose(format, arguments);
    va_end(arguments);
    if (!sentence)
        return -ENOMEM;
    *ret_problem = sentence;
    return VET_E_REFUSED;
}

char *problem_path(const char *path)
{
    char *shown = text_escape(path, strlen(path), false);
    size_t length = shown ? strlen(shown) : 0;
    char *tail;

    if (length <= PROBLEM_PATH_MAX)
        return shown;
    tail = shown + length - (PROBLEM_PATH_MAX - strlen("..."));
    while (((unsigned char)*tail & 0xc0) == 0x80)
        tail++;
    memmove(shown + strlen("..."), tail, strlen(tail) + 1);
    return memcpy(shown, "...", strlen("..."));
}

/* Whether a shell takes the path as it stands, as one word and no option. */
static bool is_plain(const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789/._-+@:,%";

    return path[0] == '/' && strlen(path) <= PROBLEM_PATH_MAX && path[strspn(path, plain)] == '\0';
}

char *problem_mend(const char *command, const char *path)
{
    char *mend;

    if (asprintf(&mend, "run %s %s", command, is_plain(path) ? path : "on it") < 0)
        return NULL;
    return mend;
}

char *problem_owner_rule(unsigned int session_uid)
{
    char *rule;
    int length;

    if (session_uid == 0)
        return strdup("only root may own what root's hooks pass through");
    length = asprintf(&rule, "only root and uid %u may own what this session's hooks pass through",
                      session_uid);
    return length < 0 ? NULL : rule;
}
