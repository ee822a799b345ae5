/*
 * Names of profiles in the configuration. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_profile_name.h"

#include "cleanup.h"

#include <stdio.h>

/* The names, with commas between; NULL where memory is short. The caller frees. */
static char *list_names(const struct profile_list *known)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    for (size_t i = 0; i < known->count; i++)
        fprintf(stream, "%s%s", i > 0 ? ", " : "", known->profiles[i].name);
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

int config_refuse_profile(struct config_problem *problem, unsigned int line,
                          const struct profile_list *known, const char *name)
{
    auto_free const char **names = calloc(known->count + 1, sizeof(*names));
    auto_free char *all = list_names(known);
    const char *near;

    if (!names || !all)
        return config_no_memory(problem);
    for (size_t i = 0; i < known->count; i++)
        names[i] = known->profiles[i].name;
    near = config_nearest(name, names);
    if (near)
        return config_refuse(problem, line, "there is no profile '%s' here; did you mean '%s'?",
                             name, near);
    return config_refuse(problem, line, "there is no profile '%s' here; write one of %s", name,
                         all);
}

int config_check_profile_name(struct config_problem *problem, unsigned int line, const char *name)
{
    if (profile_is_name(name))
        return 0;
    return config_refuse(problem, line,
                         "'%s' cannot be a profile's name, which has 1 to %d letters, digits and "
                         "_ - . that are not at its start",
                         name, PROFILE_NAME_MAX);
}
