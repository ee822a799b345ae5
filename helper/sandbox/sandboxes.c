/*
 * The sandboxes of a configuration's profiles. Helper, at start and at reload.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "prepare.h"

#include "cleanup.h"
#include "draft_landlock.h"
#include "reach.h"
#include "required.h"

#include <stdio.h>
#include <string.h>

/* Returns SANDBOX_E_REFUSED or -ENOMEM. */
static int refuse(const struct config *config, const struct profile *profile, unsigned int line,
                  const char *why, char **ret_error)
{
    int length = line > 0 ? asprintf(ret_error, "%s:%u: profile %s cannot be used on this host: %s",
                                     config->path, line, profile->name, why)
                          : asprintf(ret_error,
                                     "profile %s, the default one, cannot be used on this host: %s",
                                     profile->name, why);

    return length < 0 ? -ENOMEM : SANDBOX_E_REFUSED;
}

static int add_note(struct text_list *notes, const struct profile *profile, const char *what,
                    const char *why)
{
    auto_free char *note = NULL;

    if (asprintf(&note, "profile %s %s: %s", profile->name, what, why) < 0)
        return -ENOMEM;
    return text_list_add(notes, note);
}

/* A profile may be had without what it does not require. */
static int note_programs(const struct sandbox_host *host, const struct profile *profile,
                         struct text_list *notes)
{
    const char *why = feature_missing(FEATURE_LANDLOCK, host, profile);

    if (!why || profile->unconfined || profile->permissive || !profile_lists_programs(profile))
        return 0;
    return add_note(notes, profile, "lets scripts execute more than its list of executable paths",
                    why);
}

static int note_label(const struct sandbox_host *host, const struct profile *profile,
                      struct text_list *notes)
{
    const char *why = host->selinux[0] ? feature_missing(FEATURE_SELINUX, host, profile) : NULL;

    return why ? add_note(notes, profile, "runs scripts in the helper's own SELinux domain", why)
               : 0;
}

/* As sandbox_refuse(), and where its user does not exist, of which the configuration's own notes
 * tell. */
static int find_reason(const struct sandbox_host *host, const struct profile *profile,
                       char **ret_why)
{
    if (!sandbox_lacks_user(host, profile))
        return sandbox_refuse(host, profile, ret_why);
    *ret_why = strdup("its user does not exist");
    return *ret_why ? 0 : -ENOMEM;
}

/* Returns 0 with whether the profile can be had, or as sandboxes_prepare(). */
static int check(const struct sandbox_host *host, const struct config *config,
                 const struct profile *profile, struct sandbox_list *list, bool *ret_fits,
                 char **ret_error)
{
    auto_free char *why = NULL;
    unsigned int line;
    int r;

    *ret_fits = false;
    if (sandbox_is_beyond(host, profile))
        return 0;
    r = find_reason(host, profile, &why);
    if (r < 0)
        return r;
    if (why && config_uses_profile(config, profile->name, &line))
        return refuse(config, profile, line, why, ret_error);
    if (sandbox_lacks_user(host, profile))
        return 0;
    if (why)
        return add_note(&list->notes, profile, "cannot be used on this host", why);
    *ret_fits = true;
    r = note_programs(host, profile, &list->notes);
    if (r == 0 && config_uses_profile(config, profile->name, &line))
        r = note_label(host, profile, &list->notes);
    if (r == 0 && !profile->unconfined && !profile->permissive &&
        config_uses_profile(config, profile->name, &line))
        r = reach_tell_sockets(profile, &list->notes);
    return r;
}

static void add_place(const char **places, size_t *count, const char *place)
{
    for (size_t i = 0; place && i < *count; i++) {
        if (strcmp(places[i], place) == 0)
            return;
    }
    if (place)
        places[(*count)++] = place;
}

/* Where scripts stand, each place once, ended by NULL; NULL where memory is short. The paths belong
 * to others, the array to the caller. */
static const char **list_places(const struct config *config, const char *hooks)
{
    const struct event_rule_list *rules = &config->event_rules;
    const char **places = calloc(rules->count + 4, sizeof(*places));
    const char *own[] = {hooks, config->events, config->events_script};
    size_t count = 0;

    for (size_t i = 0; places && i < sizeof(own) / sizeof(own[0]); i++)
        add_place(places, &count, own[i]);
    for (size_t i = 0; places && i < rules->count; i++)
        add_place(places, &count, rules->rules[i].script);
    return places;
}

int sandboxes_prepare(const struct sandbox_host *host, const struct config *config,
                      const char *hooks, struct sandbox_list *ret_list, char **ret_error)
{
    const struct profile_list *profiles = &config->profiles;
    struct sandbox_list list = {.sandboxes = calloc(profiles->count + 1, sizeof(struct sandbox))};
    auto_free const char **places = list_places(config, hooks);
    int r = list.sandboxes && places ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < profiles->count; i++) {
        const struct profile *profile = &profiles->profiles[i];
        bool fits;

        r = check(host, config, profile, &list, &fits, ret_error);
        if (r != 0 || !fits)
            continue;
        r = sandbox_prepare(host, profile, places, &list.sandboxes[list.count], ret_error);
        list.count += r == 0;
    }
    if (r != 0) {
        sandboxes_clear(&list);
        return r;
    }
    *ret_list = list;
    return 0;
}

void sandboxes_clear(struct sandbox_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        sandbox_clear(&list->sandboxes[i]);
    free(list->sandboxes);
    text_list_clear(&list->notes);
    *list = (struct sandbox_list){};
}

const struct sandbox *sandbox_find(const struct sandbox_list *list, const char *profile)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->sandboxes[i].profile, profile) == 0)
            return &list->sandboxes[i];
    }
    return NULL;
}
