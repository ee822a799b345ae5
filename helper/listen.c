/*
 * Sockets that clients connect to. Helper. Who connects is judged by the kernel's word on its uid,
 * before a byte of it is read.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "listen.h"

#include "cleanup.h"
#include "clock.h"
#include "fd.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* The first descriptor of socket activation: sd_listen_fds(3). */
#define ACTIVATION_FIRST_FD 3
#define ACTIVATION_MAX      16

#define LISTEN_BACKLOG 128

/* How long to accept nobody when descriptors or memory ran out, in milliseconds. */
#define ACCEPT_PAUSE_MS 100

struct listener {
    struct helper *helper;
    enum peer_kind kind; /* of who connects */
    struct listener *next;
    struct source source;
    struct timer pause;
    char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
};

static bool may_connect(const struct helper *helper, int socket)
{
    struct ucred credentials;
    socklen_t size = sizeof(credentials);

    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
        return false;
    return credentials.uid == 0 || (helper->host.session && credentials.uid == geteuid());
}

static void accept_again(struct timer *timer)
{
    struct listener *listener = container_of(timer, struct listener, pause);

    loop_modify(listener->helper->loop, &listener->source, EPOLLIN);
}

/* The socket stays readable while nobody can be accepted: looking on would spin. */
static void pause_accepting(struct listener *listener)
{
    struct loop *loop = listener->helper->loop;

    loop_modify(loop, &listener->source, 0);
    loop_arm(loop, &listener->pause, clock_now_ms() + ACCEPT_PAUSE_MS);
}

static void listener_ready(struct source *source, uint32_t events)
{
    struct listener *listener = container_of(source, struct listener, source);
    int socket = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (socket < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            pause_accepting(listener);
        return;
    }
    if (!may_connect(listener->helper, socket)) {
        close(socket);
        return;
    }
    peer_add(listener->helper, socket, listener->kind);
}

int listen_serve(struct helper *helper, int socket, enum peer_kind kind, struct listener **list)
{
    struct listener *listener = calloc(1, sizeof(*listener));
    struct sockaddr_un address = {};
    socklen_t size = sizeof(address) - 1;
    int r;

    if (!listener) {
        close(socket);
        return -ENOMEM;
    }
    listener->helper = helper;
    listener->kind = kind;
    listener->source = (struct source){.fd = socket, .ready = listener_ready};
    listener->pause.fired = accept_again;
    if (getsockname(socket, (struct sockaddr *)&address, &size) == 0)
        memcpy(listener->path, address.sun_path, sizeof(listener->path));
    r = loop_add(helper->loop, &listener->source, EPOLLIN);
    if (r < 0) {
        close(socket);
        free(listener);
        return r;
    }
    listener->next = *list;
    *list = listener;
    return 0;
}

static bool is_served(const struct sockaddr_un *address)
{
    auto_close int probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return probe >= 0 && (connect(probe, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
                          errno == EAGAIN);
}

/* A socket that nobody serves is a former helper's; anything else there is not ours to remove. */
static int remove_stale(const struct sockaddr_un *address)
{
    struct stat st;

    if (lstat(address->sun_path, &st) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(st.st_mode))
        return -ENOTSOCK;
    if (is_served(address))
        return -EADDRINUSE;
    return unlink(address->sun_path) < 0 ? -errno : 0;
}

int listen_bind(int socket, const struct sockaddr_un *address)
{
    mode_t before = umask(0177);
    int r = bind(socket, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;

    umask(before);
    return r;
}

static int make_folder(const char *path)
{
    auto_free char *copy = strdup(path);

    if (!copy)
        return -ENOMEM;
    if (mkdir(dirname(copy), 0755) < 0 && errno != EEXIST)
        return -errno;
    return 0;
}

static int listen_at(struct helper *helper, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    auto_close int fd = -EBADF;
    int r;

    if (strlen(path) >= sizeof(address.sun_path))
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    r = make_folder(path);
    if (r < 0)
        return r;
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    r = remove_stale(&address);
    if (r == 0)
        r = listen_bind(fd, &address);
    if (r < 0)
        return r;
    if (listen(fd, LISTEN_BACKLOG) < 0)
        return -errno;
    return listen_serve(helper, take_fd(&fd), PEER_CLIENT, &helper->listeners);
}

static bool is_our_kind(int fd)
{
    int type = 0, listening = 0;
    socklen_t size = sizeof(type);

    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_SEQPACKET)
        return false;
    size = sizeof(listening);
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening;
}

static int take_activated(struct helper *helper)
{
    int count = helper->options.activated;
    int r = 0;

    if (count > ACTIVATION_MAX)
        return -E2BIG;
    for (int fd = ACTIVATION_FIRST_FD; r == 0 && fd < ACTIVATION_FIRST_FD + count; fd++) {
        if (!is_our_kind(fd))
            return -EPROTOTYPE;
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        r = listen_serve(helper, fd, PEER_CLIENT, &helper->listeners);
    }
    return r;
}

/* The copy is the hello packet itself, put in place whole: PROTOCOL.md. */
static int write_policy(const char *folder, const uint8_t *data, size_t size)
{
    auto_close int folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    auto_close int fd = -EBADF;
    int r;

    if (folder_fd < 0)
        return -errno;
    unlinkat(folder_fd, "hello.new", 0);
    fd = openat(folder_fd, "hello.new", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    r = fd_write_all(fd, data, size);
    if (r == 0 && renameat(folder_fd, "hello.new", folder_fd, "hello") < 0)
        r = -errno;
    return r;
}

static int publish(const struct listener *listener, const uint8_t *data, size_t size)
{
    auto_free char *copy = strdup(listener->path);

    return copy ? write_policy(dirname(copy), data, size) : -ENOMEM;
}

void listen_publish_policy(const struct helper *helper)
{
    auto_free uint8_t *data = NULL;
    size_t size;
    int r = peer_encode_hello(helper, &data, &size);

    for (const struct listener *next = helper->listeners; r == 0 && next; next = next->next) {
        if (next->path[0] != '/')
            continue;
        r = publish(next, data, size);
    }
    if (r < 0)
        fprintf(stderr,
                "virthook-helper: the copy of the failure policy beside the socket is not up to "
                "date: %s\n",
                strerror(-r));
}

static const char *mend_for(int error)
{
    if (error == -EADDRINUSE)
        return "; another helper serves it: end that one first";
    if (error == -ENOTSOCK)
        return "; something else stands there: remove it, or give another --listen";
    if (error == -ENAMETOOLONG)
        return "; a socket's path has at most 107 bytes: give a shorter --listen";
    if (error == -ENOENT)
        return "; make the folder above it";
    return "";
}

int listen_start(struct helper *helper, char **ret_error)
{
    const char *what = "the sockets of the service manager (they must be SOCK_SEQPACKET)";
    int r = 0;

    if (helper->options.activated)
        r = take_activated(helper);
    if (r == 0 && helper->options.listen) {
        what = helper->options.listen;
        r = listen_at(helper, what);
    }
    if (r < 0) {
        if (asprintf(ret_error, "cannot listen at %s: %s%s", what, strerror(-r), mend_for(r)) < 0)
            *ret_error = NULL;
        return r;
    }
    listen_publish_policy(helper);
    return 0;
}

void listen_end(struct listener **list)
{
    while (*list) {
        struct listener *listener = *list;

        *list = listener->next;
        loop_disarm(&listener->pause);
        loop_remove(listener->helper->loop, &listener->source);
        close(listener->source.fd);
        free(listener);
    }
}

void listen_stop(struct helper *helper)
{
    listen_end(&helper->listeners);
}
