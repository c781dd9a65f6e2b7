"""All cases, in order."""
import fnmatch

import cases_control
import cases_deflate
import cases_framing
import cases_limits
import cases_text


def _place(case):
    return tuple(map(int, case.id.split(".")))


def catalogue(messages=1000, patterns=("*",), without=()):
    """`messages`: of the cases that count them; `patterns`, `without`: names as in a shell."""
    def chosen(case, names):
        return any(fnmatch.fnmatchcase(case.id, name) for name in names)
    everything = [*cases_framing.CASES, *cases_control.CASES, *cases_text.CASES,
                  *cases_limits.cases(messages), *cases_deflate.cases(messages)]
    return sorted((case for case in everything
                   if chosen(case, patterns) and not chosen(case, without)), key=_place)
