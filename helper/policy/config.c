/*
 * The configuration, virthook.conf and profiles.d: read whole or refused whole. Helper.
 *
 * A file is read only if no user but root and the helper's own could change it or its path; what
 * it says is checked value by value. A new structure is filled, so that the one in use stays as it
 * is until all of it was found right.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "cleanup.h"
#include "config_folder.h"
#include "config_keys.h"
#include "config_parse.h"
#include "config_problem.h"
#include "config_text.h"
#include "config_uses.h"
#include "fd.h"
#include "vet.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

void config_free(struct config *config)
{
    if (!config)
        return;
    free(config->path);
    free(config->hooks);
    free(config->audit);
    free(config->guest_tmp);
    free(config->events);
    free(config->events_script);
    event_rules_clear(&config->event_rules);
    rules_clear(&config->rules);
    profiles_clear(&config->profiles);
    free(config->default_profile);
    text_list_clear(&config->notes);
    free(config);
}

static void cleanup_config(struct config **slot)
{
    config_free(*slot);
}

#define auto_config __attribute__((cleanup(cleanup_config)))

/* A configuration of defaults; NULL where memory is short. */
static struct config *new_config(uid_t session_uid)
{
    struct config *config = calloc(1, sizeof(*config));

    if (!config)
        return NULL;
    config->session_uid = session_uid;
    failure_policy_defaults(&config->failure);
    if (config_keys_defaults(config, session_uid != 0) == 0 &&
        profiles_add_built_in(&config->profiles) == 0)
        return config;
    config_free(config);
    return NULL;
}

/* A dangling link is there: whoever made it meant a file to be read. */
static bool is_missing(const char *path)
{
    struct stat st;

    return lstat(path, &st) < 0 && errno == ENOENT;
}

static int check_trust(const char *path, uid_t session_uid, struct config_problem *problem)
{
    auto_free char *why = NULL;
    int r;

    if (path[0] != '/')
        return config_refuse(problem, 0,
                             "the configuration is named by a path that starts with /; write one");
    r = vet_file(path, session_uid, &why);
    if (r == VET_E_REFUSED)
        return config_refuse(problem, 0, "the configuration is not trusted: %s", why);
    if (r == -ENOMEM)
        return config_no_memory(problem);
    return r < 0 ? config_refuse(problem, 0, "%s; try again", strerrordesc_np(-r)) : 0;
}

/* Reads the file into `text`, which has CONFIG_TEXT_MAX + 1 bytes. */
static int read_file(const char *path, char *text, size_t *ret_size, struct config_problem *problem)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int r = fd < 0 ? -errno : fd_read_all(fd, text, CONFIG_TEXT_MAX + 1, ret_size);

    if (r < 0)
        return config_refuse(problem, 0, "it cannot be read (%s); see ls -l on it",
                             strerrordesc_np(-r));
    if (*ret_size > CONFIG_TEXT_MAX)
        return config_refuse(problem, 0, "it is larger than %d bytes; is it the right file?",
                             CONFIG_TEXT_MAX);
    return 0;
}

static int load_file(enum config_kind kind, const char *path, struct config *config,
                     struct config_problem *problem)
{
    auto_free char *text = malloc(CONFIG_TEXT_MAX + 2);
    auto_free struct config_lines *lines = malloc(sizeof(*lines));
    size_t size = 0;
    int r;

    problem->path = path;
    if (!text || !lines)
        return config_no_memory(problem);
    r = check_trust(path, config->session_uid, problem);
    if (r == 0)
        r = read_file(path, text, &size, problem);
    if (r == 0)
        r = config_text_prepare(text, size, problem, lines);
    if (r == 0)
        r = config_parse(kind, text, lines, config, problem);
    return r;
}

static int load_folder(const char *path, struct config *config, struct config_problem *problem)
{
    struct text_list files = {};
    int r = config_list_folder(path, config->session_uid, &files, problem);

    for (size_t i = 0; r == 0 && i < files.count; i++)
        r = load_file(CONFIG_PROFILES, files.texts[i], config, problem);
    text_list_clear(&files);
    return r;
}

static int load_main(const char *path, struct config *config, struct config_problem *problem)
{
    config->path = strdup(path);
    if (!config->path)
        return config_no_memory(problem);
    return load_file(CONFIG_MAIN, path, config, problem);
}

int config_load(const char *path, bool must_exist, uid_t session_uid, struct config **ret_config,
                char **ret_error)
{
    struct config_problem problem = {};
    auto_config struct config *config = new_config(session_uid);
    int r;

    if (!config)
        return -ENOMEM;
    r = load_folder(path, config, &problem);
    problem.path = path;
    if (r == 0 && (must_exist || !is_missing(path)))
        r = load_main(path, config, &problem);
    if (r == 0)
        r = config_check_uses(config, &problem);
    if (r == CONFIG_E_REFUSED)
        *ret_error = problem.text;
    if (r != 0)
        return r;
    *ret_config = take_pointer(&config);
    return 0;
}
