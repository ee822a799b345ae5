"""The tests of the suites that do not hold under a condition, each with the reason.

Runs in the test's own process. Whatever is not named here holds under every shipped profile, and
without each feature of the kernel that conditions.py lists.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import fnmatch
from dataclasses import dataclass

from . import conditions

CONFINED = tuple(name for name in conditions.PROFILES if name != "unconfined")

# Their scripts have a user without a home, who is not root.
NOT_ROOT = ("isolated", "notify")


@dataclass(frozen=True)
class Unless:
    """A file below tests/integration, a pattern of tests in it, and where they do not hold."""
    file: str
    tests: str
    reason: str
    profiles: tuple = ()
    features: tuple = ()

    def holds_for(self, file, test):
        return file == self.file and fnmatch.fnmatchcase(test, self.tests)

    @property
    def is_met(self):
        """Whether the condition of this run is one of those."""
        return conditions.IS_SET and (conditions.PROFILE in self.profiles or
                                      conditions.WITHOUT in self.features)


EXCEPTIONS = [
    Unless("audit/test_rotation_by_size.py", "test_a_helper_that_may_not_move_it_*",
           "the helper stays root, who may", features=("user-namespaces",)),
    Unless("audit/test_rotation_refused.py", "test_*",
           "the helper stays root, who may", features=("user-namespaces",)),
    Unless("helper/test_deadline.py", "test_*makes-a-namespace-of-its-own*",
           "a confined script cannot make a namespace to hide in", profiles=CONFINED),
    Unless("helper/test_runner.py", "test_a_script_of_the_runner_s_uid_can_do_nothing_to_it*",
           "its script gives up what a confined one does not have; the attacks try the same",
           profiles=CONFINED),
    Unless("helper/test_runner.py", "test_to_an_ordinary_process_of_its_uid_it_can_do_all_*",
           "its script gives up what a confined one does not have; the attacks try the same",
           profiles=CONFINED),
    Unless("helper/test_runner.py", "test_a_runner_holds_its_channel_and_no_other_descriptor",
           "its runner holds /proc and its cgroup too, to end what no namespace ends",
           profiles=("tune", "vfio")),
    Unless("helper/test_runner.py", "test_the_helper_itself_is_closed_to_its_own_uid",
           "an ordinary user cannot take cgroups away from its helper", features=("cgroup2",)),
    Unless("helper/test_surroundings.py", "test_an_unconfined_script_of_a_root_helper_is_*",
           "it is about unconfined scripts", profiles=CONFINED),
    Unless("helper/test_surroundings.py", "test_the_environment_is_clean_and_names_the_call",
           "HOME and USER are the script's user's, not root's", profiles=NOT_ROOT),
    Unless("helper/test_deadline.py", "test_*kills-who-runs-it*",
           "it may kill all of the host's processes that it sees: near root, as the profile says",
           profiles=("tune", "vfio")),
    Unless("helper/test_surroundings.py", "test_a_script_sees_the_processes_of_its_own_*",
           "its profile shows the host's processes", profiles=("tune", "vfio")),
    Unless("helper/test_vetting.py",
           "test_the_mend_that_the_message_names_does_mend_it*folder-above*",
           "the mend closes the folder in which its script leaves its mark",
           profiles=NOT_ROOT),
    Unless("admin/test_run.py", "test_json_has_all_there_is",
           "it compares the whole, with the profile in it", profiles=CONFINED),
    Unless("client/test_with_the_helper.py", "test_a_hook_that_denies_says_why",
           "it compares the whole, with the profile in it", profiles=CONFINED),
    Unless("shim/test_shim.py", "test_a_hook_that_denies_says_why_in_one_line",
           "it compares the whole, with the profile in it", profiles=CONFINED),
    Unless("helper/test_failure_policy.py", "test_an_allowed_failure_is_told_all_the_same",
           "the message goes on with the profile's name", profiles=CONFINED),
    Unless("helper/test_output.py", "test_what_is_kept_is_escaped",
           "the message goes on with the profile's name", profiles=CONFINED),
    Unless("helper/test_output.py", "test_the_message_ends_in_the_last_line_that_the_script_*",
           "the message goes on with the profile's name", profiles=CONFINED),
    Unless("helper/test_descriptors.py", "test_a_script_gets_the_limit_that_the_helper_was_*",
           "its profile has a limit of its own, that is another", profiles=("storage",)),
    Unless("helper/test_failure_policy.py",
           "test_the_answer_does_not_follow_from_which_other_failure_*descriptors-*",
           "the test's process may not set limits of the helper, who is not root",
           profiles=NOT_ROOT),
    Unless("helper/test_descriptors.py", "test_connections_over_the_limit_*",
           "the test's process may not set limits of the helper, who is not root",
           profiles=NOT_ROOT),
    Unless("helper/test_configuration.py", "test_a_reload_is_refused_to_nobody_who_may_connect_*",
           "a helper that is not root asks for a restart; test_privilege.py has that",
           profiles=NOT_ROOT),
    Unless("helper/test_socket.py", "test_the_copy_is_written_anew_at_a_reload",
           "a helper that is not root asks for a restart; test_privilege.py has that",
           profiles=NOT_ROOT),
    Unless("helper/test_runner.py", "*[[]session]",
           "a user's own helper is started without namespaces by test_no_namespaces.py",
           features=("user-namespaces",)),
    Unless("helper/test_runner.py", "test_the_helper_itself_is_closed_to_its_own_uid",
           "root of the namespace in which the limit is set is not the machine's root",
           features=("user-namespaces",)),
    *[Unless(f"helper/{file}.py", "*", "it sets its own profiles, and what its kernel lacks",
             conditions.PROFILES, conditions.FEATURES)
      for file in ("test_guest_tmp", "test_guest_tmp_place", "test_host_pids", "test_linger",
                   "test_no_namespaces", "test_privilege", "test_profiles_configured",
                   "test_session")],
]


def excepted(file, test):
    """The exception that keeps this test from running under the condition of this run, or None."""
    return next((one for one in EXCEPTIONS if one.is_met and one.holds_for(file, test)), None)
