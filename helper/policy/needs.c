/*
 * From the profiles in use to the helper's own privileges. Helper; the configuration was checked.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "needs.h"

#include "capabilities.h"
#include "cleanup.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#define BIT(number) (1ULL << (number))

/*
 * What making and ending a runner takes as root: its namespaces and mounts, its user, its
 * capabilities, its pipes, its limits; SIGKILL over all users; the places that another helper, of
 * another user, made.
 */
#define NEEDS_OF_RUNNERS                                                            \
    (BIT(CAP_SYS_ADMIN) | BIT(CAP_SYS_CHROOT) | BIT(CAP_SETUID) | BIT(CAP_SETGID) | \
     BIT(CAP_SETPCAP) | BIT(CAP_CHOWN) | BIT(CAP_SYS_RESOURCE) | BIT(CAP_KILL) |    \
     BIT(CAP_DAC_OVERRIDE))

/* The user that stands for all who are not mapped: in a user namespace root would look like it. */
#define OVERFLOW_UID 65534

bool needs_no_root(const struct profile *profile)
{
    return !profile->unconfined && !profile->permissive && !profile->host_pids &&
           !profile->user_missing && profile->uid != 0 && profile->uid != OVERFLOW_UID &&
           profile->capabilities == 0;
}

static void write_capabilities(FILE *stream, uint64_t capabilities)
{
    for (int number = 0; number < 64; number++) {
        const char *name = capability_name(number);

        if (name && capabilities & BIT(number))
            fprintf(stream, ", capability %s", name);
    }
}

static void write_reason(FILE *stream, const struct profile *profile)
{
    fprintf(stream, "profile %s: ", profile->name);
    if (profile->unconfined || profile->permissive) {
        fprintf(stream, "its scripts do all that root may");
        return;
    }
    fprintf(stream, "user %s", profile->stand_in ? PROFILE_STAND_IN : profile->user);
    if (profile->uid == OVERFLOW_UID)
        fprintf(stream, ", whom a user namespace shows in place of root");
    if (profile->host_pids)
        fprintf(stream, ", the host's processes");
    write_capabilities(stream, profile->capabilities);
}

static int add_reason(struct needs *needs, const struct profile *profile)
{
    auto_free char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return -ENOMEM;
    write_reason(stream, profile);
    if (fclose(stream) != 0)
        return -ENOMEM;
    return text_list_add(&needs->reasons, text);
}

static bool is_used(const struct config *config, const char *also, const char *name)
{
    unsigned int line;

    return config_uses_profile(config, name, &line) || (also && strcmp(also, name) == 0);
}

static int add_profile(struct needs *needs, const struct profile *profile)
{
    if (needs_no_root(profile))
        return 0;
    needs->root = true;
    needs->capabilities |= profile->unconfined || profile->permissive ? NEEDS_ALL
                                                                      : profile->capabilities;
    return add_reason(needs, profile);
}

int needs_find(const struct config *config, const char *also, struct needs *ret_needs)
{
    struct needs needs = {.capabilities = NEEDS_OF_RUNNERS};
    int r = 0;

    for (size_t i = 0; r == 0 && i < config->profiles.count; i++) {
        const struct profile *profile = &config->profiles.profiles[i];

        if (is_used(config, also, profile->name))
            r = add_profile(&needs, profile);
    }
    if (r < 0) {
        needs_clear(&needs);
        return r;
    }
    *ret_needs = needs;
    return 0;
}

void needs_clear(struct needs *needs)
{
    text_list_clear(&needs->reasons);
    *needs = (struct needs){};
}
