/*
 * Questions about configuration and hooks, which the helper's binary answers. Admin's process; what
 * the binary prints is bounded and checked, since --helper may name anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "answer.h"

#include "cleanup.h"
#include "clock.h"
#include "command.h"
#include "complain.h"
#include "fd.h"
#include "virthook-config.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

/* Options with their values, the question, and its names. */
#define ARGUMENTS_MAX 32

/* Bytes that the text has room for at first; it doubles. */
#define TEXT_START 4096

struct asked {
    char *argv[ARGUMENTS_MAX + 1]; /* owned; ends in NULL */
    size_t count;
    bool short_of_memory;
};

static void put(struct asked *asked, const char *argument)
{
    if (asked->count == ARGUMENTS_MAX)
        return;
    asked->argv[asked->count] = strdup(argument);
    if (asked->argv[asked->count])
        asked->count++;
    else
        asked->short_of_memory = true;
}

static void put_option(struct asked *asked, const char *option, const char *value)
{
    if (!value)
        return;
    put(asked, option);
    put(asked, value);
}

static struct asked compose(const struct places *places, const struct answer_question *question)
{
    struct asked asked = {0};

    put(&asked, places->helper ? places->helper : VIRTHOOK_HELPER_PATH);
    put_option(&asked, "--config", places->config);
    put_option(&asked, "--hooks", places->hooks);
    put_option(&asked, "--audit", places->audit);
    put_option(&asked, "--profile", question->profile);
    put_option(&asked, "--answer", question->word);
    put(&asked, "--");
    for (size_t i = 0; question->names && question->names[i]; i++)
        put(&asked, question->names[i]);
    return asked;
}

static void clear_asked(struct asked *asked)
{
    for (size_t i = 0; i < asked->count; i++)
        free(asked->argv[i]);
}

#define auto_asked __attribute__((cleanup(clear_asked)))

/* Starts the binary with `out` as its stdout. Returns 0 or a negative errno. */
static int start(const struct asked *asked, int out, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int r = posix_spawn_file_actions_init(&actions);

    if (r == 0) {
        r = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
        if (r == 0)
            r = posix_spawn(ret_pid, asked->argv[0], &actions, NULL, asked->argv, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    return -r;
}

/* Room for more, within the bound. Returns 0 or a negative errno. */
static int grow(char **text, size_t *room)
{
    size_t more = *room ? *room * 2 : TEXT_START;
    char *grown;

    if (more > ANSWER_MAX)
        return -EFBIG;
    grown = realloc(*text, more);
    if (!grown)
        return -ENOMEM;
    *text = grown;
    *room = more;
    return 0;
}

/* Reads to the end; a NUL follows. Returns 0, -ETIMEDOUT or another negative errno. */
static int read_text(int fd, uint64_t until_ms, char **ret_text, size_t *ret_size)
{
    auto_free char *text = NULL;
    size_t size = 0, room = 0;
    ssize_t got;

    do {
        int r = size + 1 < room ? 0 : grow(&text, &room);

        if (r == 0)
            r = fd_await(fd, POLLIN, until_ms);
        if (r < 0)
            return r;
        got = read(fd, text + size, room - size - 1);
        if (got < 0 && errno != EINTR)
            return -errno;
        size += got > 0 ? (size_t)got : 0;
    } while (got != 0);
    text[size] = '\0';
    *ret_text = take_pointer(&text);
    *ret_size = size;
    return 0;
}

/* Whether it ended well, and in time: else it is killed. */
static bool reap(pid_t pid, uint64_t until_ms)
{
    auto_close int pidfd = pidfd_open(pid, 0);
    int status;

    if (pidfd >= 0 && fd_await(pidfd, POLLIN, until_ms) < 0)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Runs the binary; -EIO where it ended badly, and said why on stderr, -ETIMEDOUT where it was late.
 */
static int run_helper(const struct asked *asked, char **ret_text, size_t *ret_size)
{
    auto_close int in = -EBADF, out = -EBADF;
    auto_free char *text = NULL;
    int ends[2];
    pid_t pid = -1; /* posix_spawn(3) sets it, which an analyzer cannot see */
    uint64_t until_ms = clock_add_ms(clock_now_ms(), ANSWER_WAIT_MS);
    int r;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    in = ends[0];
    out = ends[1];
    r = start(asked, out, &pid);
    if (r < 0)
        return r;
    close_fd(&out);
    r = read_text(in, until_ms, &text, ret_size);
    close_fd(&in);
    if (!reap(pid, until_ms) && r == 0)
        r = clock_now_ms() < until_ms ? -EIO : -ETIMEDOUT;
    if (r == 0)
        *ret_text = take_pointer(&text);
    return r;
}

/* NULL where it is no JSON object, or more than one. */
static struct json_object *parse(const char *text, size_t size)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *object;

    if (!tokener || size > INT_MAX - 1)
        return NULL;
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    /* The NUL tells that nothing follows. */
    object = json_tokener_parse_ex(tokener, text, (int)size + 1);
    json_tokener_free(tokener);
    if (object && !json_object_is_type(object, json_type_object)) {
        json_object_put(object);
        return NULL;
    }
    return object;
}

int answer_ask(const char *command, const struct places *places,
               const struct answer_question *question, struct json_object **ret_answer)
{
    auto_asked struct asked asked = compose(places, question);
    auto_answer struct json_object *answer = NULL;
    auto_free char *text = NULL;
    const char *name = places->helper ? places->helper : VIRTHOOK_HELPER_PATH;
    size_t size = 0;
    int r = asked.short_of_memory ? -ENOMEM : run_helper(&asked, &text, &size);

    if (r == -EIO)
        return complain(STATUS_NO_HELPER, command, "the helper %s did not answer", name);
    if (r == -ETIMEDOUT)
        return complain(STATUS_NO_HELPER, command,
                        "the helper %s gave no answer in %d s and was ended: is it virthook's, and "
                        "can what it looks at be read?",
                        name, ANSWER_WAIT_MS / 1000);
    if (r < 0)
        return complain(STATUS_NO_HELPER, command,
                        "the helper %s cannot be asked: %s; install it, or name another by "
                        "--helper",
                        name, strerror(-r));
    answer = parse(text, size);
    if (!answer)
        return complain(STATUS_NO_HELPER, command,
                        "what %s printed is no answer: is it virthook's helper, of this version?",
                        name);
    if (answer_text(answer, "error")[0])
        return complain(STATUS_USAGE, command, "%s", answer_text(answer, "error"));
    *ret_answer = take_pointer(&answer);
    return 0;
}

const char *answer_text(const struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    const char *text = NULL;

    if (json_object_object_get_ex(object, key, &value) &&
        json_object_is_type(value, json_type_string))
        text = json_object_get_string(value);
    return text ? text : "";
}

struct json_object *answer_get(const struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

size_t answer_list(const struct json_object *object, const char *key, struct json_object **ret_list)
{
    *ret_list = answer_get(object, key);
    return json_object_is_type(*ret_list, json_type_array) ? json_object_array_length(*ret_list)
                                                           : 0;
}

void answer_free(struct json_object **slot)
{
    json_object_put(*slot);
}
