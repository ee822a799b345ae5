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
#include "config_failure.h"
#include "config_keys.h"
#include "config_rule.h"

#include <confuse.h>
#include <stdio.h>
#include <string.h>

/* Keys of the longest list, and what ends it. */
#define OPTIONS_MAX (CONFIG_KEYS_MAX + 3)

struct reading {
    const struct config_lines *lines;
    struct config *config;
    struct config_problem *problem;
    struct config_key_lines keys;
    size_t sections; /* how many have begun */
    bool in_section;
    struct config_failure failure;
    struct rule rule;
};

/* libconfuse hands no pointer of ours to its callbacks, and its scanner is global as well. */
static struct reading *reading;

static int begin_section(cfg_t *section)
{
    unsigned int line = reading->lines->sections[reading->sections++];

    reading->in_section = true;
    if (strcmp(cfg_name(section), "failure") == 0)
        return config_failure_begin(&reading->failure, cfg_title(section), line, reading->problem);
    return config_rule_begin(&reading->rule, cfg_title(section), line, reading->problem);
}

/* libconfuse calls these; anything but 0 makes it stop. It copies the text it gets back. */
static int take_key(cfg_t *root, cfg_opt_t *option, const char *value, void *result)
{
    *(const char **)result = value;
    return config_keys_set(reading->config, &reading->keys, cfg_opt_name(option), value,
                           (unsigned int)root->line, reading->problem);
}

static int take_failure(cfg_t *section, cfg_opt_t *option, const char *value, void *result)
{
    int r = reading->in_section ? 0 : begin_section(section);

    *(const char **)result = value;
    if (r != 0)
        return r;
    return config_failure_set(&reading->failure, cfg_opt_name(option), value,
                              (unsigned int)section->line, reading->problem);
}

static int take_rule(cfg_t *section, cfg_opt_t *option, const char *value, void *result)
{
    int r = reading->in_section ? 0 : begin_section(section);

    *(const char **)result = value;
    if (r != 0)
        return r;
    return config_rule_set(&reading->rule, cfg_opt_name(option), value, (unsigned int)section->line,
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
    return config_rule_end(&reading->rule, &reading->config->rules, reading->problem);
}

/* The first text in quotes of libconfuse's message; NULL for none. The caller frees. */
static char *quoted_word(const char *message)
{
    const char *start = strchr(message, '\'');
    const char *end = start ? strchr(start + 1, '\'') : NULL;

    return end ? strndup(start + 1, (size_t)(end - start - 1)) : NULL;
}

static const char *nearest_option(cfg_t *section, const char *word)
{
    const char *names[OPTIONS_MAX] = {NULL};

    for (unsigned int i = 0; i < cfg_num(section) && i + 1 < OPTIONS_MAX; i++)
        names[i] = cfg_opt_name(cfg_getnopt(section, i));
    return config_nearest(word, names);
}

/* An error of the form, and an unknown key. */
__attribute__((format(printf, 2, 0))) static void take_error(cfg_t *section, const char *format,
                                                             va_list arguments)
{
    auto_free char *message = NULL, *word = NULL;
    const char *near;
    unsigned int line = (unsigned int)section->line;

    if (vasprintf(&message, format, arguments) < 0) {
        config_no_memory(reading->problem);
        return;
    }
    word = quoted_word(message);
    near = word ? nearest_option(section, word) : NULL;
    if (near)
        config_refuse(reading->problem, line, "%s; did you mean '%s'?", message, near);
    else
        config_refuse(reading->problem, line,
                      "%s; write key = value, failure \"operation\" { ... } or rule \"name\" { ... "
                      "}, each once",
                      message);
}

static void add_options(cfg_opt_t *options, const char *const *names, cfg_callback_t take)
{
    for (; *names; names++)
        *options++ = (cfg_opt_t)CFG_STR_CB(*names, NULL, CFGF_NONE, take);
    *options = (cfg_opt_t)CFG_END();
}

/* The options of all kinds; libconfuse makes a copy. NULL where memory is short. */
static cfg_t *make_parser(void)
{
    cfg_opt_t failure[OPTIONS_MAX], rule[OPTIONS_MAX], root[OPTIONS_MAX];
    cfg_flag_t flags = CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES;
    const char *names[CONFIG_KEYS_MAX + 1] = {NULL};
    cfg_t *parser;

    for (size_t i = 0; i < CONFIG_KEYS_MAX; i++)
        names[i] = config_keys_name(i);
    add_options(failure, config_failure_keys, take_failure);
    add_options(rule, config_rule_keys, take_rule);
    add_options(root, names, take_key);
    root[CONFIG_KEYS_MAX] = (cfg_opt_t)CFG_SEC("failure", failure, flags);
    root[CONFIG_KEYS_MAX + 1] = (cfg_opt_t)CFG_SEC("rule", rule, flags);
    root[CONFIG_KEYS_MAX + 2] = (cfg_opt_t)CFG_END();
    parser = cfg_init(root, CFGF_NONE);
    if (!parser)
        return NULL;
    cfg_set_error_function(parser, take_error);
    cfg_set_validate_func(parser, "failure", end_section);
    cfg_set_validate_func(parser, "rule", end_section);
    return parser;
}

/* What the values say together. */
static int finish(struct reading *done)
{
    config_failure_apply(&done->failure, &done->config->failure);
    return config_keys_check(done->config, &done->keys, done->problem);
}

int config_parse(const char *text, const struct config_lines *lines, struct config *config,
                 struct config_problem *problem)
{
    auto_free struct reading *state = calloc(1, sizeof(*state));
    cfg_t *parser = make_parser();
    int r;

    if (!state || !parser) {
        cfg_free(parser);
        return config_no_memory(problem);
    }
    *state = (struct reading){.lines = lines, .config = config, .problem = problem};
    reading = state;
    r = cfg_parse_buf(parser, text);
    reading = NULL;
    cfg_free(parser);
    rule_clear(&state->rule);
    if (r == CFG_SUCCESS)
        return finish(state);
    return problem->text ? CONFIG_E_REFUSED : config_no_memory(problem);
}
