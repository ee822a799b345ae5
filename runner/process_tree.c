/*
 * All that descends from a process. Runner and helper. The processes are hostile: they fork, end
 * and change parents while they are looked at, in the hope that one is missed, or that another gets
 * their number and is hit in their place.
 *
 * A child of the caller's own keeps its number until the caller reaps it. Any other process is
 * taken for a child of its parent only if its stat says so while the parent still is who it was
 * when it was found: then the number was the parent's all the while. The signal goes through the
 * descriptor by which stat was read, and so to this very process. A process is known again by its
 * number and the moment of its start.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "process_tree.h"

#include "cleanup.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/types.h>

/* Bytes of /proc/PID/stat up to the start's moment: 22 fields, 20 digits each at the most. */
#define STAT_SIZE 1024

/* Of stat, counted behind the name's parenthesis. proc_pid_stat(5) counts from 1. */
#define FIELD_STATE  3
#define FIELD_PARENT 4
#define FIELD_START  22

/* Room for "4194304" and its NUL many times over. */
#define NUMBER_SIZE 24

/* What stat(5) says of a process. */
struct stat_line {
    pid_t parent;
    uint64_t start;
    bool lives; /* else it is dead, and was not reaped yet */
};

/* As struct tree has its root. */
struct member {
    pid_t pid;
    uint64_t start;
};

struct walk {
    const struct tree *tree;
    const int *signals;
    size_t signal_count;
    struct member parent; /* whose children are being looked at */
    struct member *members;
    size_t count, most, living;
};

static int open_process(int proc, pid_t pid)
{
    char name[NUMBER_SIZE];

    snprintf(name, sizeof(name), "%d", pid);
    return openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static const char *find_field(const char *text, int field)
{
    /* The name may hold anything, parentheses too. */
    const char *next = strrchr(text, ')');

    for (int i = FIELD_STATE; next && i <= field; i++)
        next = strchr(next + 1, ' ');
    return next;
}

/* False where the process is gone. */
static bool read_stat(int process, struct stat_line *ret_line)
{
    auto_close int fd = openat(process, "stat", O_RDONLY | O_CLOEXEC);
    char text[STAT_SIZE];
    const char *state, *parent, *start;
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    if (size <= 0)
        return false;
    text[size] = '\0';
    state = find_field(text, FIELD_STATE);
    parent = find_field(text, FIELD_PARENT);
    start = find_field(text, FIELD_START);
    if (!state || !parent || !start)
        return false;
    *ret_line = (struct stat_line){
        .parent = (pid_t)strtol(parent, NULL, 10),
        .start = strtoull(start, NULL, 10),
        .lives = state[1] != 'Z' && state[1] != 'X',
    };
    return true;
}

static bool is_still(int proc, const struct member *member)
{
    auto_close int process = open_process(proc, member->pid);
    struct stat_line line;

    return process >= 0 && read_stat(process, &line) && line.start == member->start;
}

/* At once, before it can fork again; and though its folder of /proc be closed to us. */
static void signal_own_child(const struct walk *walk, pid_t child)
{
    for (size_t i = 0; i < walk->signal_count; i++)
        kill(child, walk->signals[i]);
}

static bool signal_other(const struct walk *walk, int process, pid_t parent)
{
    if (parent != walk->parent.pid || !is_still(walk->tree->proc, &walk->parent))
        return false;
    for (size_t i = 0; i < walk->signal_count; i++)
        pidfd_send_signal(process, walk->signals[i], NULL, 0);
    return true;
}

static void note_child(struct walk *walk, pid_t child)
{
    const struct tree *tree = walk->tree;
    bool of_root = walk->parent.pid == tree->root;
    auto_close int process = -EBADF;
    struct stat_line line;

    if (walk->count == walk->most || (of_root && tree->spares && tree->spares(child)))
        return;
    if (of_root && tree->reaps)
        signal_own_child(walk, child);
    process = open_process(tree->proc, child);
    if (process < 0 || !read_stat(process, &line) ||
        !((of_root && tree->reaps) || signal_other(walk, process, line.parent)))
        return;
    walk->members[walk->count++] = (struct member){.pid = child, .start = line.start};
    walk->living += line.lives;
}

/* Reads a list of numbers with spaces between them, in pieces. */
static void read_children(struct walk *walk, int fd)
{
    char buffer[1024];
    pid_t pid = 0;
    ssize_t size;

    while ((size = read(fd, buffer, sizeof(buffer))) > 0) {
        for (ssize_t i = 0; i < size; i++) {
            if (buffer[i] >= '0' && buffer[i] <= '9') {
                pid = pid * 10 + (buffer[i] - '0');
                continue;
            }
            if (pid > 0)
                note_child(walk, pid);
            pid = 0;
        }
    }
}

static int open_children(int tasks, const char *thread)
{
    char path[NUMBER_SIZE + sizeof("/children")];

    snprintf(path, sizeof(path), "%.*s/children", NUMBER_SIZE - 1, thread);
    return openat(tasks, path, O_RDONLY | O_CLOEXEC);
}

static int open_tasks(int proc, pid_t pid)
{
    char path[NUMBER_SIZE + sizeof("/task")];

    snprintf(path, sizeof(path), "%d/task", pid);
    return openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Each thread has its own. Raw reads of the folder: a runner under its script's filter and limits
 * needs nothing else. */
static void note_children(struct walk *walk)
{
    auto_close int tasks = open_tasks(walk->tree->proc, walk->parent.pid);
    _Alignas(struct dirent64) char buffer[2048];
    ssize_t size;

    while (tasks >= 0 && (size = getdents64(tasks, buffer, sizeof(buffer))) > 0) {
        const struct dirent64 *entry;

        for (ssize_t at = 0; at < size; at += entry->d_reclen) {
            auto_close int children = -EBADF;

            entry = (const struct dirent64 *)(const void *)(buffer + at);
            children = *entry->d_name == '.' ? -1 : open_children(tasks, entry->d_name);
            if (children >= 0)
                read_children(walk, children);
        }
    }
}

int tree_find(int proc, pid_t root, struct tree *ret_tree)
{
    auto_close int process = open_process(proc, root);
    auto_close int tasks = open_tasks(proc, root);
    auto_close int children = -EBADF;
    struct tree tree = {.proc = proc, .root = root};
    char thread[NUMBER_SIZE];
    struct stat_line line;

    snprintf(thread, sizeof(thread), "%d", root);
    if (process < 0 || !read_stat(process, &line))
        return -ESRCH;
    tree.start = line.start;
    children = open_children(tasks, thread);
    if (children < 0)
        return errno == ENOENT ? -ENOENT : -ESRCH;
    *ret_tree = tree;
    return 0;
}

/* Finds the members, and sends the walk's signals to each as it is found. */
static void walk_tree(struct walk *walk)
{
    note_children(walk);
    for (size_t i = 0; i < walk->count; i++) {
        walk->parent = walk->members[i];
        /* Who is gone by now has no children. */
        note_children(walk);
    }
}

static struct walk start_walk(const struct tree *tree, const int *signals, size_t count)
{
    static struct member members[TREE_MAX];

    return (struct walk){
        .tree = tree,
        .signals = signals,
        .signal_count = count,
        .parent = {.pid = tree->root, .start = tree->start},
        .members = members,
        .most = TREE_MAX,
    };
}

size_t tree_signal(const struct tree *tree, const int *signals, size_t count)
{
    struct walk walk = start_walk(tree, signals, count);

    walk_tree(&walk);
    return walk.count;
}

size_t tree_count(const struct tree *tree, size_t most)
{
    struct walk walk = start_walk(tree, NULL, 0);

    walk.most = most < TREE_MAX ? most : TREE_MAX;
    walk_tree(&walk);
    return walk.living;
}

static void tell_member(int proc, const struct member *member, const int *signals, size_t count)
{
    auto_close int process = open_process(proc, member->pid);
    struct stat_line line;

    if (process < 0 || !read_stat(process, &line) || line.start != member->start)
        return;
    for (size_t i = 0; i < count; i++)
        pidfd_send_signal(process, signals[i], NULL, 0);
}

void tree_tell(const struct tree *tree, const int *signals, size_t count)
{
    struct walk walk = start_walk(tree, NULL, 0);

    walk_tree(&walk);
    for (size_t i = 0; i < walk.count; i++)
        tell_member(tree->proc, &walk.members[i], signals, count);
}
