/*
 * The configuration's text to its structure, by libconfuse: which keys and sections there are, and
 * who takes their values. Helper.
 *
 * The text was looked through by config_text.c, its values were not. Each value is handed on when
 * libconfuse reads it, because its line is known only then; nothing is read from libconfuse's own
 * structures afterwards.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_parse.h"

#include "cleanup.h"
#include "config_event.h"
#include "config_failure.h"
#include "config_keys.h"
#include "config_option.h"
#include "config_profile.h"
#include "config_rule.h"

#include <confuse.h>
#include <stdio.h>
#include <string.h>

/* Keys of the longest kind, sections, and what ends them. */
#define OPTIONS_MAX 32
_Static_assert(OPTIONS_MAX > CONFIG_KEYS_MAX + 4 && OPTIONS_MAX > CONFIG_PROFILE_KEYS_MAX,
               "each kind of options has room");

struct reading {
    enum config_kind kind;
    const struct config_lines *lines;
    struct config *config;
    struct config_problem *problem;
    struct config_key_lines keys;
    size_t sections; /* how many have begun */
    size_t values;   /* how many were handed on */
    bool in_section;
    struct config_failure failure;
    struct rule rule;
    struct event_rule event;
    struct config_profile profile;
};

/* Sections have titles, each its own. */
#define SECTION_FLAGS (CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES)

/* libconfuse hands no pointer of ours to its callbacks, and its scanner is global as well. */
static struct reading *reading;

static int begin_section(cfg_t *section)
{
    unsigned int line = reading->lines->sections[reading->sections++];

    reading->in_section = true;
    if (strcmp(cfg_name(section), "failure") == 0)
        return config_failure_begin(&reading->failure, cfg_title(section), line, reading->problem);
    if (strcmp(cfg_name(section), "rule") == 0)
        return config_rule_begin(&reading->rule, cfg_title(section), line, reading->problem);
    if (strcmp(cfg_name(section), "event") == 0)
        return config_event_begin(&reading->event, cfg_title(section), line, reading->problem);
    return config_profile_begin(&reading->profile, cfg_title(section), line, reading->problem);
}

/* What every value needs first: its section begun, its setting known. libconfuse copies the text
 * that it gets back. */
static int begin_value(cfg_t *section, cfg_opt_t *option, const char *value,
                       struct config_setting *ret_setting, void *result)
{
    *(const char **)result = value;
    *ret_setting = (struct config_setting){
        .key = cfg_opt_name(option),
        .value = value,
        .bits = reading->lines->values[reading->values++],
        .line = (unsigned int)section->line,
    };
    if (option->flags & CFGF_LIST || !(ret_setting->bits & CONFIG_VALUE_ADDED))
        return 0;
    return config_refuse(reading->problem, ret_setting->line,
                         "%s takes one value; write = in place of +=", ret_setting->key);
}

static int begin_section_value(cfg_t *section, cfg_opt_t *option, const char *value,
                               struct config_setting *ret_setting, void *result)
{
    int r = reading->in_section ? 0 : begin_section(section);

    return r == 0 ? begin_value(section, option, value, ret_setting, result) : r;
}

/* libconfuse calls these; anything but 0 makes it stop. */
static int take_key(cfg_t *root, cfg_opt_t *option, const char *value, void *result)
{
    struct config_setting setting;
    int r = begin_value(root, option, value, &setting, result);

    if (r != 0)
        return r;
    return config_keys_set(reading->config, &reading->keys, setting.key, value, setting.line,
                           reading->problem);
}

static int take_failure(cfg_t *section, cfg_opt_t *option, const char *value, void *result)
{
    struct config_setting setting;
    int r = begin_section_value(section, option, value, &setting, result);

    if (r != 0)
        return r;
    return config_failure_set(&reading->failure, setting.key, value, setting.line,
                              reading->problem);
}

static int take_rule(cfg_t *section, cfg_opt_t *option, const char *value, void *result)
{
    struct config_setting setting;
    int r = begin_section_value(section, option, value, &setting, result);

    if (r != 0)
        return r;
    return config_rule_set(&reading->rule, setting.key, value, setting.line, reading->problem);
}

static int take_event(cfg_t *section, cfg_opt_t *option, const char *value, void *result)
{
    struct config_setting setting;
    int r = begin_section_value(section, option, value, &setting, result);

    if (r != 0)
        return r;
    return config_event_set(&reading->event, setting.key, value, setting.line, reading->problem);
}

static int take_profile(cfg_t *section, cfg_opt_t *option, const char *value, void *result)
{
    struct config_setting setting;
    int r = begin_section_value(section, option, value, &setting, result);

    if (r != 0)
        return r;
    return config_profile_set(&reading->profile, &reading->config->profiles, &setting,
                              reading->problem);
}

/* At a section's closing brace: `option` is the list of its kind, with this one at the end. */
static int end_section(cfg_t *root, cfg_opt_t *option)
{
    cfg_t *section = cfg_opt_getnsec(option, cfg_opt_size(option) - 1);
    int r = reading->in_section ? 0 : begin_section(section);

    reading->in_section = false;
    if (r != 0)
        return r;
    if (strcmp(cfg_opt_name(option), "failure") == 0)
        return config_failure_end(&reading->failure, reading->problem);
    if (strcmp(cfg_opt_name(option), "rule") == 0)
        return config_rule_end(&reading->rule, &reading->config->rules, reading->problem);
    if (strcmp(cfg_opt_name(option), "event") == 0)
        return config_event_end(&reading->event, &reading->config->event_rules, reading->problem);
    return config_profile_end(&reading->profile, &reading->config->profiles, reading->problem);
}

/* An error of the form, and an unknown key. */
__attribute__((format(printf, 2, 0))) static void take_error(cfg_t *section, const char *format,
                                                             va_list arguments)
{
    auto_free char *message = NULL;
    const char *near;
    unsigned int line = (unsigned int)section->line;

    if (vasprintf(&message, format, arguments) < 0) {
        config_no_memory(reading->problem);
        return;
    }
    near = config_nearest_option(section, message);
    if (near)
        config_refuse(reading->problem, line, "%s; did you mean '%s'?", message, near);
    else
        config_refuse(reading->problem, line, "%s; write %s, each once", message,
                      reading->kind == CONFIG_MAIN
                          ? "key = value, failure \"operation\" { ... }, rule \"name\" { ... }, "
                            "event \"name\" { ... } or profile \"name\" { ... }"
                          : "profile \"name\" { ... } and in it key = value");
}

static void add_options(cfg_opt_t *options, const char *const *names, cfg_callback_t take)
{
    for (; *names; names++)
        *options++ = (cfg_opt_t)CFG_STR_CB(*names, NULL, CFGF_NONE, take);
    *options = (cfg_opt_t)CFG_END();
}

static void add_profile_options(cfg_opt_t *options)
{
    for (size_t i = 0; i < CONFIG_PROFILE_KEYS_MAX; i++) {
        const char *name = config_profile_key(i);

        if (config_profile_key_is_list(i))
            *options++ = (cfg_opt_t)CFG_STR_LIST_CB(name, NULL, CFGF_NONE, take_profile);
        else
            *options++ = (cfg_opt_t)CFG_STR_CB(name, NULL, CFGF_NONE, take_profile);
    }
    *options = (cfg_opt_t)CFG_END();
}

/* What stands in virthook.conf and not in profiles.d. */
static cfg_opt_t *add_main_options(cfg_opt_t *options, cfg_opt_t *failure, cfg_opt_t *rule,
                                   cfg_opt_t *event)
{
    const char *names[CONFIG_KEYS_MAX + 1] = {NULL};

    for (size_t i = 0; i < CONFIG_KEYS_MAX; i++)
        names[i] = config_keys_name(i);
    add_options(failure, config_failure_keys, take_failure);
    add_options(rule, config_rule_keys, take_rule);
    add_options(event, config_event_keys, take_event);
    add_options(options, names, take_key);
    options += CONFIG_KEYS_MAX;
    *options++ = (cfg_opt_t)CFG_SEC("failure", failure, SECTION_FLAGS);
    *options++ = (cfg_opt_t)CFG_SEC("rule", rule, SECTION_FLAGS);
    *options++ = (cfg_opt_t)CFG_SEC("event", event, SECTION_FLAGS);
    return options;
}

/* The options of a kind of file; libconfuse makes a copy. NULL where memory is short. */
static cfg_t *make_parser(enum config_kind kind)
{
    cfg_opt_t failure[OPTIONS_MAX], rule[OPTIONS_MAX], event[OPTIONS_MAX], profile[OPTIONS_MAX];
    cfg_opt_t root[OPTIONS_MAX];
    cfg_opt_t *end = kind == CONFIG_MAIN ? add_main_options(root, failure, rule, event) : root;
    cfg_t *parser;

    add_profile_options(profile);
    *end++ = (cfg_opt_t)CFG_SEC("profile", profile, SECTION_FLAGS);
    *end = (cfg_opt_t)CFG_END();
    parser = cfg_init(root, CFGF_NONE);
    if (!parser)
        return NULL;
    cfg_set_error_function(parser, take_error);
    cfg_set_validate_func(parser, "profile", end_section);
    if (kind == CONFIG_MAIN) {
        cfg_set_validate_func(parser, "failure", end_section);
        cfg_set_validate_func(parser, "rule", end_section);
        cfg_set_validate_func(parser, "event", end_section);
    }
    return parser;
}

/* What the values of the main file say together. */
static int finish(struct reading *done)
{
    if (done->kind != CONFIG_MAIN)
        return 0;
    config_failure_apply(&done->failure, &done->config->failure);
    return config_keys_check(done->config, &done->keys, done->problem);
}

int config_parse(enum config_kind kind, const char *text, const struct config_lines *lines,
                 struct config *config, struct config_problem *problem)
{
    auto_free struct reading *state = calloc(1, sizeof(*state));
    cfg_t *parser = make_parser(kind);
    int r;

    if (!state || !parser) {
        cfg_free(parser);
        return config_no_memory(problem);
    }
    *state = (struct reading){.kind = kind, .lines = lines, .config = config, .problem = problem};
    reading = state;
    r = cfg_parse_buf(parser, text);
    reading = NULL;
    cfg_free(parser);
    rule_clear(&state->rule);
    event_rule_clear(&state->event);
    profile_clear(&state->profile.open);
    if (r == CFG_SUCCESS)
        return finish(state);
    return problem->text ? CONFIG_E_REFUSED : config_no_memory(problem);
}
