/*
 * The profile sections of the configuration, while they are read. Helper.
 *
 * Titles and values are what an admin wrote: their form is not trusted. A setting without an effect
 * is refused, since the admin meant something by it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_profile.h"

#include "cleanup.h"
#include "config_profile_name.h"
#include "profile_user.h"

#include <string.h>

int config_profile_begin(struct config_profile *section, const char *title, unsigned int line,
                         struct config_problem *problem)
{
    int r = config_check_profile_name(problem, line, title);

    if (r != 0)
        return r;
    if (strcmp(title, PROFILE_UNCONFINED) == 0)
        return config_refuse(problem, line,
                             "unconfined is built in; give yours another name, with inherits = "
                             "unconfined in it");
    profile_clear(&section->open);
    section->keys = (struct config_profile_lines){};
    if (profile_defaults(&section->open) < 0)
        return config_no_memory(problem);
    section->open.name = strdup(title);
    section->open.file = strdup(problem->path);
    section->open.line = line;
    return section->open.name && section->open.file ? 0 : config_no_memory(problem);
}

int config_profile_set(struct config_profile *section, const struct profile_list *known,
                       const struct config_setting *setting, struct config_problem *problem)
{
    return config_profile_keys_set(&section->open, &section->keys, known, setting, problem);
}

static int check_unconfined(const struct config_profile *section, struct config_problem *problem)
{
    unsigned int line;
    const char *key = config_profile_keys_confining(&section->keys, &line);

    if (!key)
        return 0;
    return config_refuse(problem, line,
                         "%s has no effect in an unconfined profile; remove it, or make the "
                         "profile a confined one",
                         key);
}

static int find_user(struct config_profile *section, struct config_problem *problem)
{
    unsigned int line = config_profile_line(&section->keys, "user");
    int r = profile_find_user(&section->open);

    if (r == -ENOMEM)
        return config_no_memory(problem);
    if (r < 0)
        return config_refuse(problem, line > 0 ? line : section->open.line,
                             "user '%s' cannot be looked up (%s); see getent passwd",
                             section->open.user, strerrordesc_np(-r));
    if (profile_user_is_own(section->open.uid))
        return config_refuse(problem, line > 0 ? line : section->open.line,
                             "user '%s' is the helper's own, to whom scripts could do all that "
                             "they like: name another",
                             section->open.user);
    return 0;
}

int config_profile_end(struct config_profile *section, struct profile_list *list,
                       struct config_problem *problem)
{
    int r = section->open.unconfined ? check_unconfined(section, problem)
                                     : find_user(section, problem);

    if (r != 0)
        return r;
    return profiles_add(list, &section->open) < 0 ? config_no_memory(problem) : 0;
}
