"""The manual pages name every option and every key that there is, no others, and render."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re

import pytest

from .page import (ROOT, built, command_sections, commands, options_of_help, options_of_page,
                   printed, rows, sections, source, terms, words)

PAGES = sorted(path.name.removesuffix(".scd") for path in (ROOT / "man").glob("*.scd"))


def keys(section):
    """The keys that stand above a text in this section of virthook.conf(5), in order."""
    text = sections(source("virthook.conf.5"), "#")[section]
    return [term.split(" = ")[0] for term in terms(text)]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_built_and_renders_without_a_warning(page):
    assert len(printed("/usr/bin/man", "--warnings", "-E", "UTF-8", "-l", built(f"man/{page}"))) > 0


@pytest.mark.parametrize("page", PAGES)
def test_a_page_tells_the_places_of_the_build(page):
    assert not re.findall(r"@\w+@", built(f"man/{page}").read_text(encoding="utf-8"))


def test_virt_hook_s_page_has_the_commands_that_its_help_lists():
    assert sorted(command_sections()) == sorted(commands())


def test_each_command_has_the_options_in_its_help_that_it_has_on_the_page():
    page = {name: options_of_page(text) for name, text in command_sections().items()}
    assert page == {name: options_of_help(printed(built("admin/virt-hook"), name, "--help"))
                    for name in commands()}


def test_the_helper_has_the_options_in_its_help_that_it_has_on_the_page():
    page = options_of_page(sections(source("virthook-helper.8"), "#")["OPTIONS"])
    assert page == options_of_help(printed(built("helper/virthook-helper"), "--help"))


def test_virteventd_has_the_options_in_its_help_that_it_has_on_the_page():
    page = options_of_page(sections(source("virteventd.8"), "#")["OPTIONS"])
    assert page == options_of_help(printed(built("events/virteventd"), "--help"))


def test_the_page_of_the_configuration_has_the_settings_that_the_parser_knows():
    assert sorted(keys("SETTINGS")) == sorted(rows("config_keys.c"))


def test_the_page_of_virteventd_s_configuration_has_the_settings_that_it_knows():
    text = sections(source("virteventd.conf.5"), "#")["SETTINGS"]
    known = re.findall(r'^    {"(\w+)", KEY_', (ROOT / "events/settings.c").read_text(),
                       re.MULTILINE)
    assert [term.split(" = ")[0] for term in terms(text)] == known


def test_it_shows_each_setting_at_the_default_of_virteventd_s_shipped_configuration():
    shipped = (ROOT / "packaging/virteventd.conf.in").read_text(encoding="utf-8")
    page = terms(sections(source("virteventd.conf.5"), "#")["SETTINGS"])
    assert page == re.findall(r"^#(\w+ = .*)$", shipped, flags=re.MULTILINE)


def test_it_shows_each_setting_at_the_default_of_the_shipped_configuration():
    shipped = (ROOT / "packaging/virthook.conf.in").read_text(encoding="utf-8")
    page = terms(sections(source("virthook.conf.5"), "#")["SETTINGS"])
    assert sorted(page) == sorted(re.findall(r"^#(\w+ = .*)$", shipped, flags=re.MULTILINE))


@pytest.mark.parametrize("section, known", [
    ("FAILURE SECTIONS", words("config_failure.c", "config_failure_keys")),
    ("RULE SECTIONS", words("config_rule.c", "config_rule_keys")),
    ("EVENT SECTIONS", words("config_event.c", "config_event_keys")),
    ("PROFILE SECTIONS", rows("config_profile_keys.c")),
], ids=["failure", "rule", "event", "profile"])
def test_it_has_the_keys_that_the_parser_knows_in_a_section(section, known):
    assert sorted(keys(section)) == sorted(known)


def test_a_page_refers_to_no_page_of_virthook_s_that_is_missing():
    named = {f"{name}.{number}" for page in PAGES
             for name, number in re.findall(r"\*((?:virt-?hook|libvirthook)[\w.-]*)\*\((\d)\)",
                                            source(page))}
    assert named - set(PAGES) == set()


def test_the_page_of_the_library_shows_each_function_of_its_header():
    header = (ROOT / "client/virthook.h").read_text(encoding="utf-8")
    page = sections(source("libvirthook.3"), "#")["SYNOPSIS"]
    assert (sorted(re.findall(r"\*(virthook_\w+)\*\(", page)) ==
            sorted(re.findall(r"^\w[\w \*]*?\b(virthook_\w+)\(", header, flags=re.MULTILINE)))
