/*
 * virteventd.conf, read whole or refused whole. virteventd.
 *
 * The file names a program that will be run (helper), so it is read only if nobody but root and the
 * user of this process could change it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "settings_file.h"

#include "cleanup.h"
#include "config_option.h"
#include "fd.h"
#include "session.h"
#include "virthook-config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct reading {
    const struct config_lines *text;
    struct settings *settings;
    struct settings_lines lines;
    struct config_problem *problem;
    size_t values; /* how many were handed on */
};

/* libconfuse hands no pointer of ours to its callbacks, and its scanner is global as well. */
static struct reading *reading;

/* libconfuse calls this for each value, and stops where it returns anything but 0. */
static int take_value(cfg_t *root, cfg_opt_t *option, const char *value, void *result)
{
    *(const char **)result = value;
    return settings_take(reading->settings, &reading->lines, cfg_opt_name(option), value,
                         reading->text->values[reading->values++], (unsigned int)root->line,
                         reading->problem);
}

/* An error of the form, and an unknown key. */
__attribute__((format(printf, 2, 0))) static void take_error(cfg_t *root, const char *format,
                                                             va_list arguments)
{
    auto_free char *message = NULL;
    unsigned int line = (unsigned int)root->line;
    const char *near;

    if (vasprintf(&message, format, arguments) < 0) {
        message = NULL;
        config_no_memory(reading->problem);
        return;
    }
    near = config_nearest_option(root, message);
    if (near)
        config_refuse(reading->problem, line, "%s; did you mean '%s'?", message, near);
    else
        config_refuse(reading->problem, line, "%s; write key = value, each once", message);
}

/* NULL where memory is short. */
static cfg_t *make_parser(void)
{
    cfg_opt_t options[SETTINGS_KEYS + 1];
    cfg_t *parser;

    for (size_t i = 0; i < SETTINGS_KEYS; i++) {
        if (settings_key_is_list(i))
            options[i] = (cfg_opt_t)CFG_STR_LIST_CB(settings_key(i), NULL, CFGF_NONE, take_value);
        else
            options[i] = (cfg_opt_t)CFG_STR_CB(settings_key(i), NULL, CFGF_NONE, take_value);
    }
    options[SETTINGS_KEYS] = (cfg_opt_t)CFG_END();
    parser = cfg_init(options, CFGF_NONE);
    if (parser)
        cfg_set_error_function(parser, take_error);
    return parser;
}

static int parse(const char *text, const struct config_lines *lines, struct settings *settings,
                 struct config_problem *problem)
{
    struct reading state = {.text = lines, .settings = settings, .problem = problem};
    cfg_t *parser = make_parser();
    int r;

    if (!parser)
        return config_no_memory(problem);
    reading = &state;
    r = cfg_parse_buf(parser, text);
    reading = NULL;
    cfg_free(parser);
    if (r == CFG_SUCCESS)
        return settings_check(settings, &state.lines, problem);
    return problem->text ? CONFIG_E_REFUSED : config_no_memory(problem);
}

/* Who could change the file could have any program run. */
static int check_owner(int fd, const char *path, struct config_problem *problem)
{
    struct stat st;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return config_refuse(problem, 0, "it is no regular file; write one");
    if (st.st_uid != 0 && st.st_uid != geteuid())
        return config_refuse(problem, 0,
                             "it belongs to uid %u, who could change it; run: chown %u %s",
                             st.st_uid, geteuid(), path);
    if (st.st_mode & (S_IWGRP | S_IWOTH))
        return config_refuse(problem, 0, "others than its owner can write it; run: chmod go-w %s",
                             path);
    return 0;
}

static int read_file(int fd, char *text, size_t *ret_size, struct config_problem *problem)
{
    int r = fd_read_all(fd, text, CONFIG_TEXT_MAX + 1, ret_size);

    if (r < 0)
        return config_refuse(problem, 0, "it cannot be read (%s)", strerrordesc_np(-r));
    if (*ret_size > CONFIG_TEXT_MAX)
        return config_refuse(problem, 0, "it is larger than %d bytes; is it the right file?",
                             CONFIG_TEXT_MAX);
    return 0;
}

static int load(const char *path, bool must_exist, struct settings *settings,
                struct config_problem *problem)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    auto_free char *text = malloc(CONFIG_TEXT_MAX + 2);
    auto_free struct config_lines *lines = calloc(1, sizeof(*lines));
    size_t size = 0;
    int r;

    if (fd < 0 && errno == ENOENT && !must_exist)
        return 0;
    if (fd < 0)
        return config_refuse(problem, 0, "it cannot be read (%s)", strerrordesc_np(errno));
    if (!text || !lines)
        return config_no_memory(problem);
    r = check_owner(fd, path, problem);
    if (r == 0)
        r = read_file(fd, text, &size, problem);
    if (r == 0)
        r = config_text_prepare(text, size, problem, lines);
    return r == 0 ? parse(text, lines, settings, problem) : r;
}

char *settings_path(void)
{
    char *path = NULL;

    return session_path_or(VIRTHOOK_CONFIG_DIR "/virteventd.conf", SESSION_CONFIG,
                           "virteventd.conf", &path) == 0
               ? path
               : NULL;
}

int settings_load(const char *path, bool must_exist, struct settings *ret_settings,
                  char **ret_error)
{
    struct config_problem problem = {.path = path};
    struct settings settings = {0};
    int r = settings_set_defaults(&settings);

    if (r == 0 && path)
        r = load(path, must_exist, &settings, &problem);
    if (r == 0) {
        *ret_settings = settings;
        return 0;
    }
    settings_clear(&settings);
    if (r == CONFIG_E_REFUSED)
        *ret_error = problem.text;
    return r == CONFIG_E_REFUSED ? SETTINGS_E_REFUSED : -ENOMEM;
}
