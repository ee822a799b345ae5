/*
 * System calls that a script's filter asks about. Helper. The numbers come from the kernel, the
 * arguments from the script: only plain integers are looked at, never what they point to.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "denials.h"

#include "call_name.h"
#include "cleanup.h"
#include "clock.h"

#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

static struct denial *find_denial(struct denials *denials, const struct denial *wanted)
{
    for (size_t i = 0; i < denials->kinds; i++) {
        struct denial *denial = &denials->list[i];

        if (denial->arch == wanted->arch && denial->number == wanted->number &&
            denial->family == wanted->family)
            return denial;
    }
    return NULL;
}

static void remember(struct denials *denials, const struct denial *wanted)
{
    struct denial *denial = find_denial(denials, wanted);

    denials->total++;
    if (!denial && denials->kinds < DENIALS_MAX) {
        denial = &denials->list[denials->kinds++];
        *denial = *wanted;
    }
    if (denial)
        denial->count++;
}

/* From number to name: the other way gives a pseudo number for i386's sockets. */
static bool is_named(uint32_t arch, int number, const char *name)
{
    auto_free char *found = seccomp_syscall_resolve_num_arch(arch, number);

    return found && strcmp(found, name) == 0;
}

static bool asks_for_family(const struct seccomp_data *data)
{
    return is_named(data->arch, data->nr, "socket") || is_named(data->arch, data->nr, "socketpair");
}

/* The kernel reads 32 bits of it; a negative one is no family. */
static int family_of(const struct seccomp_data *data)
{
    int family = (int)(uint32_t)data->args[0];

    if (!asks_for_family(data))
        return -1;
    return family >= 0 ? family : -1;
}

static bool is_known(uint32_t arch, int number)
{
    auto_free char *name = seccomp_syscall_resolve_num_arch(arch, number);

    return name != NULL;
}

/*
 * What a kernel without the thing says, where programs fall back on that: su and others give up
 * where a socket is not permitted, and go on where its family is not there.
 */
static int choose_error(const struct seccomp_data *data)
{
    if (!is_known(data->arch, data->nr))
        return ENOSYS;
    return asks_for_family(data) ? EAFNOSUPPORT : EPERM;
}

/* Receives one question, remembers and answers it. */
static void answer_one(struct denials *denials)
{
    struct seccomp_notif request = {};
    struct seccomp_notif_resp response = {};
    struct denial denial;

    if (ioctl(denials->source.fd, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
        return;
    denial = (struct denial){
        .arch = request.data.arch,
        .number = request.data.nr,
        .family = family_of(&request.data),
    };
    remember(denials, &denial);
    response.id = request.id;
    response.error = -choose_error(&request.data);
    /* It fails where the asking process is dead by now. */
    (void)ioctl(denials->source.fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static void pause_answers(struct denials *denials)
{
    loop_modify(denials->loop, &denials->source, 0);
    loop_arm(denials->loop, &denials->timer, clock_now_ms() + DENIALS_PACE_MS);
}

static void go_on(struct timer *timer)
{
    struct denials *denials = container_of(timer, struct denials, timer);

    loop_modify(denials->loop, &denials->source, EPOLLIN);
}

static void listener_ready(struct source *source, uint32_t events)
{
    struct denials *denials = container_of(source, struct denials, source);

    /* The last process under the filter has ended. */
    if (!(events & EPOLLIN)) {
        denials_stop(denials);
        return;
    }
    answer_one(denials);
    if (denials->total > DENIALS_FAST)
        pause_answers(denials);
}

int denials_watch(struct loop *loop, struct denials *denials, int listener)
{
    int r;

    denials->loop = loop;
    denials->timer.fired = go_on;
    denials->source = (struct source){.fd = listener, .ready = listener_ready};
    r = loop_add(loop, &denials->source, EPOLLIN);
    if (r < 0)
        close_fd(&denials->source.fd);
    return r;
}

void denials_stop(struct denials *denials)
{
    loop_disarm(&denials->timer);
    if (denials->source.fd < 0)
        return;
    loop_remove(denials->loop, &denials->source);
    close_fd(&denials->source.fd);
}

static void write_count(FILE *stream, uint64_t count)
{
    fprintf(stream, " ×%llu", (unsigned long long)count);
}

static void write_denial(FILE *stream, const struct denial *denial)
{
    call_write_name(stream, denial->arch, denial->number);
    if (denial->family >= 0) {
        fputc('(', stream);
        call_write_family(stream, denial->family);
        fputc(')', stream);
    }
    if (denial->count > 1)
        write_count(stream, denial->count);
}

static void write_all(FILE *stream, const struct denials *denials)
{
    uint64_t others = denials->total;

    for (size_t i = 0; i < denials->kinds; i++) {
        if (i > 0)
            fputc('\n', stream);
        write_denial(stream, &denials->list[i]);
        others -= denials->list[i].count;
    }
    if (others == 0)
        return;
    fputs("\nothers", stream);
    write_count(stream, others);
}

char *denials_text(const struct denials *denials)
{
    char *text = NULL;
    size_t size;
    FILE *stream;

    if (denials->kinds == 0)
        return NULL;
    stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    write_all(stream, denials);
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
