/*
 * `virt-hook check`: what is wrong with the configuration and the hooks. Admin's process; names of
 * files may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "answer.h"
#include "ask_options.h"
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "drivers.h"
#include "libvirt_files.h"
#include "terminal.h"
#include "text.h"
#include "virthook-config.h"

#include <string.h>

static const char help_text[] =
    "Usage: virt-hook check [OPTION]...\n"
    "Tell what is wrong with the configuration, with file and line; which of its profiles this\n"
    "host cannot hold; which of the hooks and events' scripts would be refused or passed over, "
    "and\n"
    "which are missing; and which files libvirt would run itself, past virthook; with the mend.\n"
    "Nothing is run. What is noted or passed over is told and is no error.\n"
    "\n"
    "  --config FILE   configuration (default " VIRTHOOK_CONFIG_PATH ")\n"
    "  --hooks DIR     where hooks are, instead of the configuration's\n"
    "  --libvirt DIR   where libvirt looks for hooks (default, for root: " LIBVIRT_HOOKS ")\n"
    "  --shim PATH     the shim (default " VIRTHOOK_SHIM_PATH ")\n"
    "  --json          one JSON object\n"
    "  --helper PATH   the helper's binary (default " VIRTHOOK_HELPER_PATH ")\n"
    "  --help\n"
    "\n"
    "Exit status: 0 nothing is wrong; 1 something is; 2 usage; 3 no helper.\n"
    "\n"
    "For example: virt-hook check --config ./virthook.conf\n";

static const struct option option_table[] = {
    ASK_COMMON,
    {"libvirt", required_argument, NULL, ASK_LIBVIRT},
    {"shim", required_argument, NULL, ASK_SHIM},
    {0},
};

/* "WORD: [PATH: ]TEXT" on a line, the word in its tone. */
static void print_finding(const struct terminal *terminal, enum tone tone, const char *word,
                          const char *path, const char *text)
{
    auto_free char *safe_path = text_escape(path, strlen(path), false);
    auto_free char *safe_text = text_escape(text, strlen(text), false);

    terminal_print(terminal, tone, word);
    printf(": %s%s%s\n", safe_path ? safe_path : "", path[0] ? ": " : "",
           safe_text ? safe_text : "");
}

static size_t show_texts(const struct terminal *terminal, const struct json_object *answer,
                         const char *key, enum tone tone, const char *word)
{
    struct json_object *list;
    size_t count = answer_list(answer, key, &list);

    for (size_t i = 0; i < count; i++) {
        const char *text = json_object_get_string(json_object_array_get_idx(list, i));

        print_finding(terminal, tone, word, "", text ? text : "");
    }
    return count;
}

static size_t show_scripts(const struct terminal *terminal, const struct json_object *answer)
{
    struct json_object *list;
    size_t count = answer_list(answer, "scripts", &list), refused = 0;

    for (size_t i = 0; i < count; i++) {
        const struct json_object *script = json_object_array_get_idx(list, i);
        const char *problem = answer_text(script, "problem");

        if (!problem[0])
            continue;
        refused++;
        if (terminal)
            print_finding(terminal, TONE_BAD, "refused", answer_text(script, "path"), problem);
    }
    return refused;
}

static void show_passed_over(const struct terminal *terminal, const struct json_object *answer)
{
    struct json_object *list;
    size_t count = answer_list(answer, "passed_over", &list);

    for (size_t i = 0; i < count; i++) {
        const struct json_object *item = json_object_array_get_idx(list, i);

        print_finding(terminal, TONE_WARNING, "passed over", answer_text(item, "path"),
                      answer_text(item, "why"));
    }
}

/* What libvirt runs itself: the errors, or else what is to be known. Returns how many errors. */
static size_t show_libvirt(const struct terminal *terminal, const struct json_object *answer,
                           bool errors)
{
    const struct json_object *libvirt = answer_get(answer, "libvirt");
    struct json_object *files;
    size_t count = answer_list(libvirt, "files", &files), wrong = 0;

    for (size_t i = 0; i < count; i++) {
        const struct json_object *file = json_object_array_get_idx(files, i);
        bool error = json_object_get_boolean(answer_get(file, "error"));

        wrong += error;
        if (terminal && error == errors && json_object_get_boolean(answer_get(libvirt, "adopted")))
            print_finding(terminal, error ? TONE_BAD : TONE_WARNING, error ? "error" : "note",
                          answer_text(file, "path"), answer_text(file, "why"));
    }
    if (terminal && !errors && answer_text(libvirt, "how_to_begin")[0])
        print_finding(terminal, TONE_WARNING, "note", "", answer_text(libvirt, "how_to_begin"));
    return wrong;
}

static void show_sum(size_t scripts, size_t refused)
{
    if (scripts == 0)
        puts("the configuration is right; there is no script");
    else if (refused == 0)
        printf("the configuration is right; scripts: %zu, all can be run\n", scripts);
    else
        printf("the configuration is right; scripts: %zu, of which %zu cannot be run\n", scripts,
               refused);
}

static int show(const struct json_object *answer)
{
    const struct terminal terminal = terminal_of(stdout);
    struct json_object *list;
    size_t scripts = answer_list(answer, "scripts", &list), refused, problems;

    problems = show_texts(&terminal, answer, "problems", TONE_BAD, "error");
    show_libvirt(&terminal, answer, true);
    refused = show_scripts(&terminal, answer);
    show_libvirt(&terminal, answer, false);
    show_texts(&terminal, answer, "notes", TONE_WARNING, "note");
    show_passed_over(&terminal, answer);
    if (problems == 0)
        show_sum(scripts, refused);
    if (fflush(stdout) != 0 || ferror(stdout))
        return complain(STATUS_USAGE, "check", "it cannot be shown: %s", strerror(errno));
    return STATUS_ALLOW;
}

static bool is_wrong(const struct json_object *answer)
{
    struct json_object *problems;

    return answer_list(answer, "problems", &problems) > 0 || show_scripts(NULL, answer) > 0 ||
           show_libvirt(NULL, answer, true) > 0;
}

/* A session's daemons have no directory of hooks of their own. */
static const char *libvirt_directory(const struct ask_options *options)
{
    if (options->libvirt)
        return options->libvirt;
    return geteuid() == 0 ? LIBVIRT_HOOKS : NULL;
}

static const char *shim_of(const struct ask_options *options)
{
    return options->shim ? options->shim : VIRTHOOK_SHIM_PATH;
}

static int check(const struct ask_options *options)
{
    const struct answer_question question = {.word = "check"};
    auto_answer struct json_object *answer = NULL;
    int r = ask_options_take_no_name("check", options);

    if (r == 0)
        r = answer_ask("check", &options->places, &question, &answer);
    if (r == 0 && libvirt_files_add(answer, libvirt_directory(options), shim_of(options)) < 0)
        r = complain(STATUS_USAGE, "check", "memory is short");
    if (r == 0)
        r = options->json ? ask_print_json("check", answer) : show(answer);
    return r == 0 && is_wrong(answer) ? STATUS_DENY : r;
}

int check_command(int argc, char **argv)
{
    static const struct ask_command command = {option_table, help_text};
    struct ask_options options;
    int status;

    if (ask_options_parse(argc, argv, &command, &options, &status))
        status = check(&options);
    ask_options_clear(&options);
    return status;
}
