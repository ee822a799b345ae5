/*
 * The profiles that rules and default_profile name: are they there, and can they be used? Helper.
 *
 * A profile that nobody uses may wait for its user: so the shipped profiles are read also where the
 * users were not made yet. A session changes no user, and misses none.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_uses.h"

#include "cleanup.h"
#include "config_profile_name.h"
#include "near_root.h"
#include "number.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* What makes the user; the caller frees. NULL where memory is short. */
static char *mend(const char *user)
{
    uint64_t number;
    char *text;
    int length = number_parse(user, &number)
                     ? asprintf(&text, "useradd --system --uid %s NAME, or name another user", user)
                     : asprintf(&text,
                                "systemd-sysusers where a package brings the user, or useradd "
                                "--system --no-create-home --shell /usr/sbin/nologin %s",
                                user);

    return length < 0 ? NULL : text;
}

static bool is_missing(const struct config *config, const struct profile *profile)
{
    return !profile->unconfined && profile->user_missing && config->session_uid == 0;
}

static int check_use(const struct config *config, const char *name, unsigned int line,
                     struct config_problem *problem)
{
    const struct profile *profile = profile_find(&config->profiles, name);
    auto_free char *how = NULL;

    if (!profile)
        return config_refuse_profile(problem, line, &config->profiles, name);
    if (!is_missing(config, profile))
        return 0;
    how = mend(profile->user);
    if (!how)
        return config_no_memory(problem);
    return config_refuse(problem, line,
                         "profile %s runs scripts as user '%s', who does not exist; run %s", name,
                         profile->user, how);
}

static int add_note(struct config *config, const struct profile *profile)
{
    auto_free char *how = mend(profile->user), *note = NULL, *plain = NULL;

    if (!how ||
        asprintf(&note,
                 "%s:%u: profile %s cannot be used yet: its user '%s' does not exist; run %s",
                 profile->file, profile->line, profile->name, profile->user, how) < 0)
        return -ENOMEM;
    plain = text_escape(note, strlen(note), false);
    return plain ? text_list_add(&config->notes, plain) : -ENOMEM;
}

/* Once, whichever profiles it is about. */
static int add_stand_in(struct config *config)
{
    auto_free char *how = mend(PROFILE_USER), *note = NULL;

    if (!how || asprintf(&note,
                         "there is no user " PROFILE_USER ", so scripts of its profiles run as "
                         "" PROFILE_STAND_IN ", who may be other services' user too; run %s",
                         how) < 0)
        return -ENOMEM;
    return text_list_add(&config->notes, note);
}

/* Of a session's scripts none is root, nor near it. */
static int add_near_root(struct config *config, const struct profile *profile)
{
    auto_free char *why = NULL, *note = NULL;
    unsigned int line;
    int r;

    if (config->session_uid != 0 || !config_uses_profile(config, profile->name, &line))
        return 0;
    r = profile_near_root(profile, &why);
    if (r < 0 || !why)
        return r;
    if (asprintf(&note,
                 "scripts under profile %s are near root: %s; whoever can change them, or what "
                 "they read, can become root of this host",
                 profile->name, why) < 0)
        return -ENOMEM;
    return text_list_add(&config->notes, note);
}

static bool has_stand_in(const struct config *config)
{
    for (size_t i = 0; i < config->profiles.count; i++) {
        if (config->profiles.profiles[i].stand_in && config->session_uid == 0)
            return true;
    }
    return false;
}

/* Of the built-in ones nobody wrote, so nobody is told that they miss a user. */
static int add_notes(struct config *config)
{
    int r = has_stand_in(config) ? add_stand_in(config) : 0;

    for (size_t i = 0; r == 0 && i < config->profiles.count; i++)
        r = add_near_root(config, &config->profiles.profiles[i]);
    for (size_t i = 0; r == 0 && i < config->profiles.count; i++) {
        const struct profile *profile = &config->profiles.profiles[i];

        if (profile->file && is_missing(config, profile))
            r = add_note(config, profile);
    }
    return r;
}

static bool is_of_events(const struct config *config, const char *name, unsigned int *ret_line)
{
    for (size_t i = 0; i < config->event_rules.count; i++) {
        const struct event_rule *rule = &config->event_rules.rules[i];

        if (rule->profile && strcmp(rule->profile, name) == 0) {
            *ret_line = rule->profile_line;
            return true;
        }
    }
    return false;
}

bool config_uses_profile(const struct config *config, const char *name, unsigned int *ret_line)
{
    if (strcmp(config->default_profile, name) == 0) {
        *ret_line = config->default_profile_line;
        return true;
    }
    for (size_t i = 0; i < config->rules.count; i++) {
        const struct rule *rule = &config->rules.rules[i];

        if (rule->profile && strcmp(rule->profile, name) == 0) {
            *ret_line = rule->profile_line;
            return true;
        }
    }
    return is_of_events(config, name, ret_line);
}

int config_check_uses(struct config *config, struct config_problem *problem)
{
    int r = check_use(config, config->default_profile, config->default_profile_line, problem);

    for (size_t i = 0; r == 0 && i < config->rules.count; i++) {
        const struct rule *rule = &config->rules.rules[i];

        if (rule->profile)
            r = check_use(config, rule->profile, rule->profile_line, problem);
    }
    for (size_t i = 0; r == 0 && i < config->event_rules.count; i++) {
        const struct event_rule *rule = &config->event_rules.rules[i];

        if (rule->profile)
            r = check_use(config, rule->profile, rule->profile_line, problem);
    }
    if (r != 0)
        return r;
    return add_notes(config) < 0 ? config_no_memory(problem) : 0;
}
