/*
 * The sockets that a profile leaves within its scripts' reach are told, and no
 * others. They are real ones, in a folder below /tmp.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reach.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Needs what is above. */
#include <cmocka.h>

#define SOMEBODY 12345

static char folder[] = "/tmp/virthook-reach-XXXXXX";
static char inner[64], socket_path[96];
static char name[] = "p";
static int listener;

static void listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strcpy(address.sun_path, path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 1), 0);
}

static int make_socket(void **state)
{
    assert_non_null(mkdtemp(folder));
    snprintf(inner, sizeof(inner), "%s/inner", folder);
    snprintf(socket_path, sizeof(socket_path), "%s/socket", inner);
    assert_int_equal(mkdir(inner, 0755), 0);
    listen_at(socket_path);
    return 0;
}

static int remove_socket(void **state)
{
    close(listener);
    unlink(socket_path);
    rmdir(inner);
    rmdir(folder);
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    return 0;
}

/* Everybody may come to the socket, as far as the file system's own permissions
 * go. */
static struct profile open_to_all(void)
{
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(inner, 0755), 0);
    assert_int_equal(chmod(socket_path, 0777), 0);
    return (struct profile){.name = name, .uid = SOMEBODY, .gid = SOMEBODY, .host_tmp = true};
}

/* How many sentences name the socket. */
static int told(const struct profile *profile)
{
    struct text_list notes = {};
    int count = 0;

    assert_int_equal(reach_tell_sockets(profile, &notes), 0);
    for (size_t i = 0; i < notes.count; i++)
        count += strstr(notes.texts[i], socket_path) != NULL;
    text_list_clear(&notes);
    return count;
}

static struct text_list list_of(const char *path)
{
    struct text_list list = {};

    assert_int_equal(text_list_add(&list, path), 0);
    return list;
}

static void a_socket_that_everybody_may_write_to_is_told(void **state)
{
    struct profile profile = open_to_all();

    assert_int_equal(told(&profile), 1);
}

static void it_is_told_once_however_many_are_connected(void **state)
{
    struct profile profile = open_to_all();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), server;

    strcpy(address.sun_path, socket_path);
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
    server = accept(listener, NULL, NULL);
    assert_true(server >= 0);
    assert_int_equal(told(&profile), 1);
    close(client);
    close(server);
}

static void one_whose_mode_keeps_the_user_away_is_not(void **state)
{
    struct profile profile = open_to_all();

    assert_int_equal(chmod(socket_path, 0755), 0);
    assert_int_equal(told(&profile), 0);
    profile.uid = getuid();
    assert_int_equal(told(&profile), 1);
}

static void one_behind_a_closed_folder_is_not(void **state)
{
    struct profile profile = open_to_all();

    assert_int_equal(chmod(inner, 0700), 0);
    assert_int_equal(told(&profile), 0);
    profile.uid = getuid();
    assert_int_equal(told(&profile), 1);
}

static void one_in_a_tmp_that_scripts_do_not_see_is_not(void **state)
{
    struct profile profile = open_to_all();

    profile.host_tmp = false;
    assert_int_equal(told(&profile), 0);
}

static void one_that_is_hidden_is_not_and_what_is_shown_within_is(void **state)
{
    struct profile profile = open_to_all();

    profile.hidden = list_of(folder);
    assert_int_equal(told(&profile), 0);
    profile.readable = list_of(inner);
    assert_int_equal(told(&profile), 1);
    text_list_clear(&profile.hidden);
    text_list_clear(&profile.readable);
}

static void one_that_is_granted_is_not(void **state)
{
    struct profile profile = open_to_all();

    profile.sockets = list_of(socket_path);
    assert_int_equal(told(&profile), 0);
    text_list_clear(&profile.sockets);
}

int main(void)
{
#define WITH_SOCKET(test) cmocka_unit_test_setup_teardown(test, make_socket, remove_socket)
    const struct CMUnitTest tests[] = {
        WITH_SOCKET(a_socket_that_everybody_may_write_to_is_told),
        WITH_SOCKET(it_is_told_once_however_many_are_connected),
        WITH_SOCKET(one_whose_mode_keeps_the_user_away_is_not),
        WITH_SOCKET(one_behind_a_closed_folder_is_not),
        WITH_SOCKET(one_in_a_tmp_that_scripts_do_not_see_is_not),
        WITH_SOCKET(one_that_is_hidden_is_not_and_what_is_shown_within_is),
        WITH_SOCKET(one_that_is_granted_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
