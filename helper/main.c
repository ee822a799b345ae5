/*
 * virthook-helper: one small process that runs libvirt's hook scripts for its clients, confined and
 * against a deadline, and answers with verdicts. ARCHITECTURE.md tells a request's way through it.
 *
 * Its clients are root or the same user, yet nothing that they send is trusted; still less is what
 * scripts print.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "answer.h"
#include "call.h"
#include "cleanup.h"
#include "clock.h"
#include "error.h"
#include "harden.h"
#include "linger.h"
#include "listen.h"
#include "listen_admin.h"
#include "packet.h"
#include "peer.h"
#include "runner_path.h"
#include "service.h"
#include "state.h"
#include "supervise.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

/* Set-up failed for a cause that was told. */
#define EXIT_SETUP 2

/* Tells the cause once, where it is read: to the client that started us, else on stderr. */
static void tell_failure(const struct helper *helper, int error, const char *text)
{
    struct message message = {
        .version = PROTOCOL_VERSION,
        .type = MESSAGE_ERROR,
        .error.code = protocol_error_code(error),
        .error.message = text,
    };

    if (helper->options.channel >= 0 &&
        packet_send_message(helper->options.channel, &message, SIDE_HELPER, -EBADF) == 0)
        return;
    fprintf(stderr, "virthook-helper: %s\n", text);
}

static int fail(const struct helper *helper, int error, int r, char *text)
{
    tell_failure(helper, error, text ? text : strerror(r < 0 ? -r : ENOMEM));
    free(text);
    return r ? r : -ENOMEM;
}

void helper_end(struct helper *helper)
{
    if (helper->ending)
        return;
    helper->ending = true;
    service_stopping(helper);
    listen_stop(helper);
    call_cancel_all(helper);
    linger_end_all(helper);
    helper_stop_when_done(helper);
}

void helper_stop_when_done(struct helper *helper)
{
    if ((helper->ending || helper->retiring) && helper->call_count == 0 &&
        helper->linger_count == 0)
        loop_stop(helper->loop);
}

void helper_retire(struct helper *helper)
{
    helper->retiring = true;
    helper_stop_when_done(helper);
}

static int load_config(struct helper *helper)
{
    char *error = NULL;
    int r = helper_load(helper, &error);

    return r == 0 ? 0 : fail(helper, PROTOCOL_E_CONFIG, r, error);
}

/* The helper's own part in what this host gives: namespaces, and who it will be. */
static int prepare_privileges(struct helper *helper)
{
    char *error = NULL;
    int r = privilege_prepare(helper, &error);

    return r == 0 ? 0 : fail(helper, PROTOCOL_E_INTERNAL, r, error);
}

/* The configuration, with what this host was found to give. */
static int prepare_sandboxes(struct helper *helper)
{
    char *error = NULL;
    int r;

    helper->host.namespaces = helper->spawn.namespaces;
    helper->host.user_namespaces = helper->spawn.user_namespace || helper->spawn.user_ns_fd >= 0;
    helper->host.own_proc = helper->spawn.own_proc;
    r = helper_prepare(helper, &error);
    return r == 0 ? 0 : fail(helper, PROTOCOL_E_CONFIG, r, error);
}

/* Whose a directory of logs is: the user's that a helper of root is once it has given root up. */
static uid_t find_writer(void)
{
    const struct passwd *entry = geteuid() == 0 ? getpwnam(PROFILE_HELPER_USER) : NULL;

    return entry ? entry->pw_uid : geteuid();
}

static int open_audit(struct helper *helper)
{
    const struct audit_settings settings = {
        .place = helper->options.audit ? helper->options.audit : helper->config->audit,
        .name = helper->options.name,
        .kept = helper->config->audit_kept,
        .writer = find_writer(),
        .copies = &helper->copies,
    };
    char *error = NULL;
    int r = audit_open(&settings, &helper->audit, &error);

    if (r != 0)
        return fail(helper, PROTOCOL_E_CONFIG, r, error);
    audit_rotate_at(helper->audit, helper->config->audit_size, helper->config->audit_files);
    return 0;
}

static int open_sockets(struct helper *helper)
{
    char *error = NULL;
    int r = listen_start(helper, &error);

    if (r != 0)
        return fail(helper, PROTOCOL_E_INTERNAL, r, error);
    listen_admin_start(helper);
    return 0;
}

static int give_up_privileges(struct helper *helper)
{
    const struct user_ids *own = &helper->privilege.map.helper;
    char *error = NULL;
    int r = 0;

    if (helper->privilege.user && !helper->host.session)
        r = cgroups_give(&helper->cgroups, own->uid, own->gid);
    if (r == 0)
        r = privilege_give_up(helper);
    if (r < 0 && asprintf(&error,
                          "the privileges that the configuration does not need cannot be given up: "
                          "%s; start the helper as root with CAP_SETPCAP, CAP_SETUID and "
                          "CAP_SETGID, or as an ordinary user",
                          strerror(-r)) < 0)
        error = NULL;
    return r == 0 ? 0 : fail(helper, PROTOCOL_E_INTERNAL, r, error);
}

static int serve_channel(struct helper *helper)
{
    int channel = helper->options.channel;
    int r;

    if (channel < 0)
        return 0;
    if (fcntl(channel, F_SETFD, FD_CLOEXEC) < 0 || fcntl(channel, F_SETFL, O_NONBLOCK) < 0)
        return fail(helper, PROTOCOL_E_INTERNAL, -errno, NULL);
    r = peer_add(helper, channel, PEER_OWNER);
    return r == 0 ? 0 : fail(helper, PROTOCOL_E_INTERNAL, r, NULL);
}

/* The helper's signals, as one more source. */
struct signals {
    struct source source;
    struct helper *helper;
};

static void reload_by_signal(struct helper *helper)
{
    char *error = NULL;
    int r;

    service_reloading(helper);
    r = helper_reload(helper, &error);
    if (r != 0)
        fprintf(stderr, "virthook-helper: the running configuration stays: %s\n",
                error ? error : strerror(ENOMEM));
    free(error);
    service_reloaded(helper);
}

static void signals_ready(struct source *source, uint32_t events)
{
    struct signals *signals = container_of(source, struct signals, source);
    struct signalfd_siginfo info;

    if (read(source->fd, &info, sizeof(info)) != sizeof(info))
        return;
    if (info.ssi_signo == SIGHUP)
        reload_by_signal(signals->helper);
    else if (info.ssi_signo == SIGUSR1)
        helper_retire(signals->helper);
    else
        helper_end(signals->helper);
}

static int watch_signals(struct helper *helper, struct signals *signals)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_SETMASK, &set, NULL);
    signals->helper = helper;
    signals->source.ready = signals_ready;
    signals->source.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals->source.fd < 0)
        return -errno;
    return loop_add(helper->loop, &signals->source, EPOLLIN);
}

/* What this host gives, before anything is made of it. */
static int look(struct helper *helper)
{
    int r = run_prepare();

    /* Without the lists of children what namespaces and cgroups do not hold is not found. */
    if (r < 0 && r != -ENOENT)
        return fail(helper, PROTOCOL_E_INTERNAL, r, NULL);
    sandbox_look(&helper->host);
    cgroups_prepare(&helper->cgroups);
    helper->host.cgroup = helper->cgroups.usable;
    helper->host.cgroup_pids = helper->cgroups.pids;
    return 0;
}

static int set_up(struct helper *helper, struct signals *signals)
{
    int r = loop_new(&helper->loop);

    helper->started_ms = clock_now_ms();
    if (r == 0)
        r = watch_signals(helper, signals);
    if (r < 0)
        return fail(helper, PROTOCOL_E_INTERNAL, r, NULL);
    r = look(helper);
    if (r == 0)
        r = load_config(helper);
    if (r == 0)
        r = prepare_privileges(helper);
    if (r == 0)
        r = prepare_sandboxes(helper);
    if (r == 0)
        r = open_audit(helper);
    if (r == 0)
        r = open_sockets(helper);
    if (r == 0)
        r = give_up_privileges(helper);
    if (r == 0)
        r = serve_channel(helper);
    if (r == 0)
        service_ready(helper);
    return r;
}

/* What the log itself could not be told any more goes to where the service manager keeps stderr. */
static void close_audit(struct audit_log *audit)
{
    uint64_t lost = audit_close(audit);

    if (lost > 0)
        fprintf(stderr,
                "virthook-helper: %" PRIu64
                " audit records were lost, and the log does not say so: "
                "it could not be written to the end; make room for it\n",
                lost);
}

static void tear_down(struct helper *helper, struct signals *signals)
{
    loop_disarm(&helper->watchdog);
    listen_stop(helper);
    listen_admin_stop(helper);
    peer_close_all(helper);
    run_end_all();
    cgroups_clear(&helper->cgroups);
    spawn_clear(&helper->spawn);
    space_close(&helper->space);
    privilege_clear(&helper->privilege);
    close_audit(helper->audit);
    copies_clear(&helper->copies);
    sandboxes_clear(&helper->sandboxes);
    config_free(helper->config);
    deliveries_free(helper->deliveries);
    close_fd(&signals->source.fd);
    loop_free(helper->loop);
}

/* What can be told of this host without leaving anything there. */
static char *look_for_answer(struct helper *helper)
{
    char path[PATH_MAX], *error = NULL;
    int r = run_prepare();

    sandbox_look(&helper->host);
    if (r == 0 || r == -ENOENT)
        r = runner_path_find(path, sizeof(path));
    if (r == 0)
        r = spawn_prepare(path, &helper->spawn, &error);
    helper->host.namespaces = helper->spawn.namespaces;
    helper->host.user_namespaces = helper->spawn.user_namespace;
    helper->host.own_proc = helper->spawn.own_proc;
    helper->host.cgroup = helper->host.cgroup_pids = cgroups_are_there();
    spawn_clear(&helper->spawn);
    return r == 0 || error ? error : strdup(strerror(r < 0 ? -r : ENOMEM));
}

/* Asked something in place of being started to serve. */
static int answer(struct helper *helper)
{
    const struct options *options = &helper->options;
    auto_free char *problem = answer_needs_host(options->answer) ? look_for_answer(helper) : NULL;
    const struct question question = {
        .word = options->answer,
        .names = options->names,
        .name_count = options->name_count,
        .config = options->config,
        .config_given = options->config_given,
        .hooks = options->hooks,
        .audit = options->audit,
        .profile = options->profile,
        .deadline_ms = options->deadline_ms,
        .host = &helper->host,
        .host_problem = problem,
    };
    int r = answer_print(&question);

    if (r == 0)
        return EXIT_SUCCESS;
    fprintf(stderr, "virthook-helper: the answer cannot be given: %s\n", strerror(-r));
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct helper helper = {
        .space = {.user_ns_fd = -EBADF, .mount_ns_fd = -EBADF, .net_ns_fd = -EBADF},
        .cgroups = {.above = -EBADF, .above_procs = -EBADF, .base = -EBADF},
        .spawn = {.runner_fd = -EBADF, .null_fd = -EBADF, .user_ns_fd = -EBADF},
    };
    struct signals signals = {.source.fd = -EBADF};
    int status;

    copies_init(&helper.copies);
    harden_process(&helper.spawn.files);
    if (!options_parse(argc, argv, &helper.options, &status))
        return status;
    if (helper.options.answer)
        return answer(&helper);
    status = EXIT_SETUP;
    if (set_up(&helper, &signals) == 0)
        status = loop_run(helper.loop) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    tear_down(&helper, &signals);
    return status;
}
