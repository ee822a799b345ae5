/*
 * The options of virthook_open(). Runs in the caller's process; the caller is trusted, its mistakes
 * are told at once and not at the first call.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "settings.h"

#include "session.h"
#include "sized.h"
#include "virthook-config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/* Of a name in a hello and on the helper's command line. */
#define NAME_MAX_BYTES 64

/* A daemon's working directory means nothing to its admin: a relative path would be a trap. */
static bool is_path(const char *path)
{
    return !path || path[0] == '/';
}

static bool is_socket_path(const char *path)
{
    return is_path(path) && (!path || strlen(path) < sizeof(((struct sockaddr_un *)0)->sun_path));
}

/* The helper's own rule: the name becomes part of a file's name. */
static bool is_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    if (!name)
        return true;
    return name[0] && name[0] != '.' && strlen(name) <= NAME_MAX_BYTES &&
           strspn(name, allowed) == strlen(name);
}

static bool are_options(const struct virthook_options *options)
{
    bool policy_fits = is_path(options->policy) || !options->policy[0];

    return is_name(options->name) && is_socket_path(options->socket) && is_path(options->helper) &&
           is_path(options->hooks) && is_path(options->config) && is_path(options->audit) &&
           policy_fits && options->deadline_ms <= SETTINGS_DEADLINE_MAX_MS;
}

/* Copies `text`, or `otherwise` where it is NULL; nothing where both are. */
static bool copy_text(char **ret_copy, const char *text, const char *otherwise)
{
    const char *from = text ? text : otherwise;

    if (!from)
        return true;
    *ret_copy = strdup(from);
    return *ret_copy;
}

/* Read once, since a daemon may change its environment while another thread makes a call. */
static bool keep_environment(char **ret_list)
{
    static const char *const kept[] = {"HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR",
                                       "XDG_STATE_HOME"};
    size_t count = 0;

    _Static_assert(sizeof(kept) / sizeof(kept[0]) + 2 == SETTINGS_ENVIRONMENT_MAX, "room for all");
    if (!copy_text(&ret_list[count++], "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL) ||
        !copy_text(&ret_list[count++], "LC_ALL=C", NULL))
        return false;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        const char *value = getenv(kept[i]);

        if (value && asprintf(&ret_list[count++], "%s=%s", kept[i], value) < 0) {
            ret_list[count - 1] = NULL;
            return false;
        }
    }
    return true;
}

/* A session that names no folder has a helper that will say so. */
static bool take_default(const char *system, const char *rest, char **ret_path)
{
    int r = session_path_or(system, SESSION_CONFIG, rest, ret_path);

    return r == -ENOENT ? copy_text(ret_path, system, NULL) : r == 0;
}

static bool copy_options(struct settings *settings, const struct virthook_options *options)
{
    const char *helper = options->socket ? NULL : VIRTHOOK_HELPER_PATH;

    settings->deadline_ms = options->deadline_ms;
    settings->max_wait_ms = options->max_wait_ms ? options->max_wait_ms : SETTINGS_MAX_WAIT_MS;
    return copy_text(&settings->name, options->name, "client") &&
           copy_text(&settings->socket, options->socket, NULL) &&
           copy_text(&settings->helper, options->helper, helper) &&
           copy_text(&settings->hooks, options->hooks, NULL) &&
           copy_text(&settings->config, options->config, NULL) &&
           copy_text(&settings->audit, options->audit, NULL) &&
           copy_text(&settings->profile, options->profile, NULL) &&
           copy_text(&settings->policy, options->policy, VIRTHOOK_POLICY_PATH) &&
           take_default(VIRTHOOK_HOOKS_DIR, "hooks", &settings->default_hooks) &&
           take_default(VIRTHOOK_CONFIG_PATH, "virthook.conf", &settings->default_config) &&
           keep_environment(settings->environment);
}

int settings_read(const struct virthook_options *options, struct settings *ret_settings)
{
    struct virthook_options known;
    struct settings settings = {0};
    int r;

    r = sized_copy(options, offsetof(struct virthook_options, name), &known, sizeof(known));
    if (r < 0)
        return r;
    if (!are_options(&known))
        return -EINVAL;
    if (!copy_options(&settings, &known)) {
        settings_clear(&settings);
        return -ENOMEM;
    }
    *ret_settings = settings;
    return 0;
}

void settings_clear(struct settings *settings)
{
    free(settings->name);
    free(settings->socket);
    free(settings->helper);
    free(settings->hooks);
    free(settings->config);
    free(settings->audit);
    free(settings->profile);
    free(settings->policy);
    free(settings->default_hooks);
    free(settings->default_config);
    for (size_t i = 0; i < SETTINGS_ENVIRONMENT_MAX; i++)
        free(settings->environment[i]);
    *settings = (struct settings){0};
}

const char *settings_hooks_dir(const struct settings *settings)
{
    return settings->hooks ? settings->hooks : settings->default_hooks;
}

const char *settings_config_path(const struct settings *settings)
{
    return settings->config ? settings->config : settings->default_config;
}
