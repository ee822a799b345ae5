/*
 * The profiles that are installed: the file loads whole, says what the built-in values are, and
 * each profile grants what its purpose needs and no more.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "feature.h"
#include "near_root.h"
#include "profiles.h"
#include "virthook-config.h"

static char text[65536];

/* The installed file as the only one of profiles.d. */
static int shipped_set_up(void **state)
{
    auto_close int fd = open(SHIPPED_PROFILES, O_RDONLY | O_CLOEXEC);
    size_t size = 0;

    if (tree_set_up(state) < 0 || fd_read_all(fd, text, sizeof(text) - 1, &size) < 0)
        return -1;
    text[size] = '\0';
    tree_folder("profiles.d", 0755);
    tree_file("profiles.d/50-shipped.conf", text, 0644);
    return 0;
}

static bool has(const struct text_list *list, const char *entry)
{
    return text_list_has(list, entry);
}

static void the_shipped_profiles_load_with_the_shipped_configuration(void **state)
{
    static const char *const names[] = {"unconfined", "isolated", "notify",  "network", "tune",
                                        "vfio",       "storage",  "desktop", "query",   "callback"};
    static char main_text[65536];
    auto_close int fd = open(SHIPPED_CONFIGURATION, O_RDONLY | O_CLOEXEC);
    size_t size = 0;

    assert_int_equal(fd_read_all(fd, main_text, sizeof(main_text) - 1, &size), 0);
    assert_loads(main_text);
    assert_int_equal(loaded->profiles.count, sizeof(names) / sizeof(names[0]));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_string_equal(loaded->profiles.profiles[i].name, names[i]);
}

static void isolated_is_written_out_as_it_is_built_in(void **state)
{
    assert_loads("profile built-in {}");
    assert_same_profile(profile_of("isolated"), profile_of("built-in"));
    assert_non_null(profile_of("isolated")->file);
}

static void the_file_tells_every_key(void **state)
{
    static const char *const keys[] = {
        "inherits",     "unconfined", "permissive",       "required",  "user",
        "capabilities", "syscalls",   "address_families", "network",   "dev",
        "tmp",          "pids",       "writable",         "hidden",    "readable",
        "executable",   "sockets",    "tmp_size",         "time",      "linger",
        "cpu",          "memory",     "processes",        "file_size", "open_files",
    };
    char told[64];

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        snprintf(told, sizeof(told), "\n#   %s ", keys[i]);
        if (!strstr(text, told))
            fail_msg("the file does not tell %s", keys[i]);
    }
}

static void the_file_tells_every_feature(void **state)
{
    char told[64];

    for (size_t i = 0; feature_name(i); i++) {
        snprintf(told, sizeof(told), "\n#                       %s ", feature_name(i));
        if (!strstr(text, told))
            fail_msg("the file does not tell %s", feature_name(i));
    }
}

static void each_profile_is_told_what_it_is_for(void **state)
{
    for (const char *at = text; (at = strstr(at, "\nprofile \"")); at++) {
        const char *line = at;

        while (line > text && line[-1] != '\n')
            line--;
        assert_true(line[0] == '#');
    }
}

/* Of these, and of no other, it is said that they are near root. */
static void who_is_near_root_is_said_to_be(void **state)
{
    static const struct {
        const char *section;
        bool near_root;
    } profiles[] = {
        {"\nprofile \"isolated\"", false}, {"\nprofile \"notify\"", false},
        {"\nprofile \"network\"", false},  {"\nprofile \"tune\"", false},
        {"\nprofile \"vfio\"", true},      {"\nprofile \"storage\"", true},
        {"\nprofile \"desktop\"", true},   {"\nprofile \"query\"", false},
        {"\nprofile \"callback\"", true},
    };

    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        char *end = strstr(text, profiles[i].section), *comment;

        assert_non_null(end);
        *end = '\0';
        comment = strrchr(text, '}');
        assert_int_equal(strstr(comment ? comment : text, "\n# NEAR ROOT: ") != NULL,
                         profiles[i].near_root);
        *end = '\n';
    }
}

/* What the file says of a profile is what status will say. */
static void who_is_said_to_be_near_root_is_told_to_be(void **state)
{
    static const struct {
        const char *name;
        bool near_root;
    } profiles[] = {{"unconfined", true}, {"isolated", false}, {"notify", false},
                    {"network", false},   {"tune", false},     {"vfio", true},
                    {"storage", true},    {"desktop", true},   {"query", false},
                    {"callback", true}};

    assert_loads("");
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        auto_free char *why = NULL;

        assert_int_equal(profile_near_root(profile_of(profiles[i].name), &why), 0);
        assert_int_equal(why != NULL, profiles[i].near_root);
    }
}

/* Whether the path, or a folder that it is in, is in the list. */
static bool hides(const struct text_list *list, const char *path)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *hidden = list->texts[i] + (*list->texts[i] == '-');
        size_t length = strlen(hidden);

        if (strncmp(path, hidden, length) == 0 && (path[length] == '/' || path[length] == '\0'))
            return true;
    }
    return false;
}

static void isolated_reaches_nothing(void **state)
{
    static const char *const secrets[] = {"/root/.ssh/id_rsa",    "/home/somebody",
                                          "/boot/grub",           "/etc/shadow",
                                          "/etc/shadow-",         "/etc/gshadow",
                                          "/etc/gshadow-",        "/etc/ssh/ssh_host_rsa_key",
                                          "/etc/libvirt/secrets", "/var/lib/libvirt/images",
                                          "/var/spool/cron",      "/sys/kernel/debug",
                                          "/sys/kernel/tracing",  VIRTHOOK_CONFIG_PATH,
                                          VIRTHOOK_LOG_DIR};
    const struct profile *isolated;

    assert_loads("");
    isolated = profile_of("isolated");
    assert_string_equal(isolated->user, "virthook-run");
    assert_int_equal(isolated->capabilities, 0);
    assert_texts(&isolated->syscalls, "@system-service", NULL);
    assert_families(isolated, AF_UNIX, AF_UNSPEC);
    assert_false(isolated->host_network || isolated->host_dev || isolated->host_tmp);
    assert_texts(&isolated->writable, "-" VIRTHOOK_SCRIPT_LOG_DIR, NULL);
    assert_texts(&isolated->sockets, "-/dev/log", "-/run/systemd/journal/dev-log", NULL);
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        assert_true(hides(&isolated->hidden, secrets[i]));
    assert_true(isolated->processes > 0 && isolated->memory > 0 && isolated->open_files > 0);
}

/* Of all but desktop, which needs the homes. */
static void what_isolated_hides_no_other_shows(void **state)
{
    static const char *const names[] = {"notify",  "network", "tune",  "vfio",
                                        "storage", "desktop", "query", "callback"};
    const struct text_list *all;

    assert_loads("");
    all = &profile_of("isolated")->hidden;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        for (size_t j = 0; j < all->count; j++) {
            bool shows = strcmp(names[i], "desktop") == 0 && strcmp(all->texts[j], "-/home") == 0;

            assert_int_equal(has(&profile_of(names[i])->hidden, all->texts[j]), !shows);
        }
    }
}

/* Through any of these, uid 0 is root again; through libvirt's, by intention, with callback. */
static void no_profile_reaches_a_socket_that_makes_root(void **state)
{
    static const char *const roots[] = {"/run",         "/run/systemd/private", "/run/dbus",
                                        "/run/libvirt", "/run/docker.sock",     "/run/systemd"};

    assert_loads("");
    for (size_t i = 0; i < loaded->profiles.count; i++) {
        const struct profile *profile = &loaded->profiles.profiles[i];

        for (size_t j = 0; j < profile->sockets.count + profile->writable.count; j++) {
            const char *path = j < profile->sockets.count
                                   ? profile->sockets.texts[j]
                                   : profile->writable.texts[j - profile->sockets.count];

            path += *path == '-';
            if (strcmp(profile->name, "callback") == 0 && strcmp(path, "/run/libvirt") == 0)
                continue;
            for (size_t k = 0; k < sizeof(roots) / sizeof(roots[0]); k++)
                assert_string_not_equal(path, roots[k]);
        }
    }
}

static void notify_has_the_network_and_nothing_else(void **state)
{
    const struct profile *notify;

    assert_loads("");
    notify = profile_of("notify");
    assert_string_equal(notify->user, "virthook-run");
    assert_int_equal(notify->capabilities, 0);
    assert_families(notify, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_UNSPEC);
    assert_true(notify->host_network);
    assert_false(notify->host_dev || notify->host_tmp);
    assert_true(has(&notify->sockets, "-/run/systemd/resolve"));
    assert_same_texts(&notify->writable, &profile_of("isolated")->writable);
}

static void network_has_what_changes_the_network(void **state)
{
    const struct profile *network;

    assert_loads("");
    network = profile_of("network");
    assert_string_equal(network->user, "root");
    assert_true(network->capabilities == (CAP(NET_ADMIN) | CAP(NET_RAW)));
    assert_families(network, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_UNSPEC);
    assert_texts(&network->syscalls, "@system-service", NULL);
    assert_true(network->host_network);
    assert_false(network->host_dev || network->host_tmp);
    assert_true(has(&network->writable, "-/run/xtables.lock"));
    assert_true(has(&network->writable, "-/proc/sys/net"));
    assert_true(has(&network->writable, "-/sys/class/net"));
    assert_true(has(&network->writable, "-/var/log/libvirt"));
}

static void tune_has_what_changes_processors_and_memory(void **state)
{
    const struct profile *tune;

    assert_loads("");
    tune = profile_of("tune");
    assert_string_equal(tune->user, "root");
    assert_true(tune->capabilities == CAP(SYS_NICE));
    assert_true(tune->host_pids);
    assert_families(tune, AF_UNIX, AF_UNSPEC);
    assert_false(tune->host_network || tune->host_dev || tune->host_tmp);
    assert_true(has(&tune->writable, "-/sys/devices/system/cpu"));
    assert_true(has(&tune->writable, "-/sys/devices/virtual/workqueue"));
    assert_true(has(&tune->writable, "-/sys/kernel/mm/hugepages"));
    assert_true(has(&tune->writable, "-/proc/sys/vm"));
    assert_true(has(&tune->writable, "-/proc/irq"));
    assert_true(has(&tune->writable, "-/sys/fs/cgroup"));
}

/* core_pattern, modprobe, uevent_helper and others below it run programs as root. */
static void no_profile_writes_all_of_the_kernels_settings(void **state)
{
    assert_loads("");
    for (size_t i = 0; i < loaded->profiles.count; i++) {
        const struct text_list *writable = &loaded->profiles.profiles[i].writable;

        for (size_t j = 0; j < writable->count; j++) {
            const char *path = writable->texts[j] + (*writable->texts[j] == '-');

            assert_string_not_equal(path, "/proc");
            assert_string_not_equal(path, "/proc/sys");
            assert_string_not_equal(path, "/proc/sys/kernel");
            assert_string_not_equal(path, "/sys");
            assert_string_not_equal(path, "/sys/kernel");
        }
    }
}

static void vfio_has_what_hands_over_devices(void **state)
{
    const struct profile *vfio;

    assert_loads("");
    vfio = profile_of("vfio");
    assert_string_equal(vfio->user, "root");
    assert_true(vfio->capabilities == (CAP(SYS_NICE) | CAP(SYS_MODULE) | CAP(CHOWN) | CAP(FOWNER)));
    assert_texts(&vfio->syscalls, "@system-service", "@module", NULL);
    assert_true(vfio->host_dev);
    assert_false(vfio->host_network);
    assert_true(has(&vfio->writable, "-/sys/bus"));
    assert_true(has(&vfio->writable, "-/sys/devices"));
    assert_true(has(&vfio->writable, "/dev"));
    assert_true(has(&vfio->writable, "-/proc/sys/vm"));
}

static void storage_has_what_changes_disks_and_mounts_nothing(void **state)
{
    const struct profile *storage;

    assert_loads("");
    storage = profile_of("storage");
    assert_string_equal(storage->user, "root");
    assert_true(storage->capabilities ==
                (CAP(SYS_ADMIN) | CAP(FOWNER) | CAP(CHOWN) | CAP(DAC_OVERRIDE)));
    assert_texts(&storage->syscalls, "@system-service", NULL);
    assert_true(storage->host_dev);
    assert_true(has(&storage->writable, "-/run/lock/lvm"));
    assert_true(has(&storage->writable, "-/var/lib/libvirt/images"));
    assert_int_equal(storage->file_size, 0);
}

static void desktop_has_the_place_of_the_user_who_sits_there(void **state)
{
    const struct profile *desktop;

    assert_loads("");
    desktop = profile_of("desktop");
    assert_string_equal(desktop->user, "root");
    assert_true(desktop->capabilities == (CAP(SETUID) | CAP(SETGID) | CAP(DAC_READ_SEARCH)));
    assert_true(has(&desktop->sockets, "-/run/user"));
    assert_true(has(&desktop->sockets, "-/tmp/.X11-unix"));
    assert_true(has(&desktop->writable, "-/home"));
    assert_true(has(&desktop->writable, "-/dev/i2c-0"));
    assert_false(desktop->host_dev || desktop->host_tmp || desktop->host_network);
}

static void query_has_the_sockets_that_only_read(void **state)
{
    const struct profile *query, *isolated;
    size_t count;

    assert_loads("");
    query = profile_of("query");
    isolated = profile_of("isolated");
    assert_string_equal(query->user, "virthook-run");
    assert_int_equal(query->capabilities, 0);
    assert_false(query->host_network || query->host_dev || query->host_tmp);
    assert_same_texts(&query->writable, &isolated->writable);
    count = isolated->sockets.count;
    assert_true(query->sockets.count > count);
    for (size_t i = count; i < query->sockets.count; i++) {
        const char *path = query->sockets.texts[i];

        assert_memory_equal(path, "-/run/libvirt/", strlen("-/run/libvirt/"));
        assert_string_equal(path + strlen(path) - strlen("-sock-ro"), "-sock-ro");
    }
}

static void callback_has_libvirt_and_nothing_else(void **state)
{
    const struct profile *callback, *isolated;

    assert_loads("");
    callback = profile_of("callback");
    isolated = profile_of("isolated");
    assert_string_equal(callback->user, "root");
    assert_int_equal(callback->capabilities, 0);
    assert_families(callback, AF_UNIX, AF_UNSPEC);
    assert_false(callback->host_network || callback->host_dev || callback->host_tmp ||
                 callback->host_pids);
    assert_true(has(&callback->sockets, "-/run/libvirt"));
    assert_int_equal(callback->sockets.count, isolated->sockets.count + 1);
    assert_same_texts(&callback->writable, &isolated->writable);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, shipped_set_up, loading_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_shipped_profiles_load_with_the_shipped_configuration),
        TEST(isolated_is_written_out_as_it_is_built_in),
        TEST(the_file_tells_every_key),
        TEST(the_file_tells_every_feature),
        TEST(each_profile_is_told_what_it_is_for),
        TEST(who_is_near_root_is_said_to_be),
        TEST(who_is_said_to_be_near_root_is_told_to_be),
        TEST(isolated_reaches_nothing),
        TEST(what_isolated_hides_no_other_shows),
        TEST(no_profile_reaches_a_socket_that_makes_root),
        TEST(notify_has_the_network_and_nothing_else),
        TEST(network_has_what_changes_the_network),
        TEST(tune_has_what_changes_processors_and_memory),
        TEST(no_profile_writes_all_of_the_kernels_settings),
        TEST(vfio_has_what_hands_over_devices),
        TEST(storage_has_what_changes_disks_and_mounts_nothing),
        TEST(desktop_has_the_place_of_the_user_who_sits_there),
        TEST(query_has_the_sockets_that_only_read),
        TEST(callback_has_libvirt_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
