/*
 * virthook-shim: stands in as /etc/libvirt/hooks/<driver>, so that an unmodified libvirt daemon
 * calls virthook in place of a script. Run by the daemon, as root, once for each call; or by a
 * person, to see what the daemon would get.
 *
 * What libvirt gives it (four arguments, XML on stdin) comes from a guest's or network's definition
 * and is not trusted. Where the helper, the hooks and the configuration are is compiled in: whoever
 * could change that by the environment could run scripts as root.
 *
 * It never waits without bound: for stdin and stdout 10 s each, for the verdict as the library
 * does.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fd.h"
#include "stdio_fds.h"
#include "text.h"
#include "virthook-config.h"
#include "virthook.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Our name and libvirt's four arguments. */
#define ARGUMENTS 5

/* libvirt puts the line into the error that the user reads. */
#define LINE_MAX_BYTES 2000

enum { ALLOW = 0, DENY = 1 };

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line to stderr, whatever is in it. */
static void say(const char *format, ...)
{
    char line[LINE_MAX_BYTES], *safe;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    safe = text_escape(line, strlen(line), false);
    if (safe)
        stdio_write(STDERR_FILENO, safe, strlen(safe));
    stdio_write(STDERR_FILENO, "\n", 1);
    free(safe);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Whether this process may serve at all: under a driver's name, by libvirt's form, not as a hook.
 */
static bool is_sound_start(int argc, char **argv)
{
    const char *name = argc > 0 ? last_part(argv[0]) : "";

    if (getenv("VIRTHOOK_CALL")) {
        say("virthook: virthook's shim was run as a hook by virthook itself; put scripts, not the "
            "shim, into %s",
            VIRTHOOK_HOOKS_DIR);
        return false;
    }
    if (!virthook_is_driver(name)) {
        say("virthook: '%s' is no driver; the shim stands under a driver's name: make "
            "/etc/libvirt/hooks/qemu (or lxc, network, libxl, bhyve, daemon) a link to %s",
            name, VIRTHOOK_SHIM_PATH);
        return false;
    }
    if (argc != ARGUMENTS) {
        say("virthook: the shim takes four arguments, as libvirt gives them: %s OBJECT OPERATION "
            "SUB-OPERATION EXTRA",
            name);
        return false;
    }
    return true;
}

static const char *error_text(const struct virthook_request *request, int error)
{
    const char *fault = virthook_request_fault(request);

    if (fault)
        return fault;
    if (error == -E2BIG)
        return "stdin has more than 64 MiB";
    if (error == -ETIMEDOUT)
        return "stdin did not come to its end within 10 s";
    return strerror(-error);
}

/* No call was made: the failure policy says what that means. */
static int end_without_call(struct virthook *hook, const struct virthook_request *request,
                            int error)
{
    bool allow = virthook_failure_allows(hook, request->driver, request->operation);

    say("virthook: %s; '%s' of driver %s is %s by the failure policy", error_text(request, error),
        request->operation, request->driver, allow ? "allowed" : "denied");
    return allow ? ALLOW : DENY;
}

/* A script's success needs no words, a failure that was let go does. */
static bool needs_words(const struct virthook_reply *reply)
{
    return !reply->allow ||
           (strcmp(reply->reason, "ok") != 0 && strcmp(reply->reason, "no-script") != 0);
}

static int pass_on(const struct virthook_reply *reply)
{
    int r = 0;

    if (needs_words(reply))
        say("virthook: %s", reply->message);
    if (!reply->allow)
        return DENY;
    if (reply->output)
        r = stdio_write(STDOUT_FILENO, reply->output, reply->output_size);
    if (r < 0) {
        say("virthook: the new XML could not be written: %s", strerror(-r));
        return DENY;
    }
    return ALLOW;
}

static int call(struct virthook *hook, const struct virthook_request *request)
{
    struct virthook_reply *reply = NULL;
    int r, status;

    r = virthook_call(hook, request, &reply);
    if (r < 0)
        return end_without_call(hook, request, r);
    status = pass_on(reply);
    virthook_reply_free(reply);
    return status;
}

int main(int argc, char **argv)
{
    struct virthook_options options = {.size = sizeof(options),
                                       .name = "shim",
                                       .socket = VIRTHOOK_SOCKET_PATH,
                                       .helper = VIRTHOOK_HELPER_PATH};
    struct virthook_request request = {.size = sizeof(request)};
    struct virthook *hook = NULL;
    int r, status;

    fd_fill_standard();
    signal(SIGPIPE, SIG_IGN);
    if (!is_sound_start(argc, argv))
        return DENY;
    request.driver = last_part(argv[0]);
    request.object = argv[1];
    request.operation = argv[2];
    request.sub_operation = argv[3];
    request.extra = argv[4];
    request.use_input_fd = !isatty(STDIN_FILENO);
    request.input_fd = STDIN_FILENO;

    r = virthook_open(&options, &hook);
    if (r < 0)
        return end_without_call(NULL, &request, r);
    status = call(hook, &request);
    virthook_close(hook);
    return status;
}
