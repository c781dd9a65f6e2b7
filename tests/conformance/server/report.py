"""What is left after a run: index.json with everything; for people, a table of what is not OK."""
import collections
import json

from verdict import INFORMATIONAL, OK


class Report:
    """Outcomes by agent and case, in memory until written."""

    def __init__(self, directory):
        self._directory = directory
        self._outcomes = collections.defaultdict(dict)

    def note(self, agent, case, verdict, **figures):
        self._outcomes[agent][case.id] = {"behavior": verdict.behavior,
                                          "behaviorClose": verdict.close, "remark": verdict.remark,
                                          "description": case.title, **figures}

    def of(self, agent, case):
        return self._outcomes[agent].get(case.id)

    def write(self):
        if self._directory is None:
            return
        self._directory.mkdir(parents=True, exist_ok=True)
        (self._directory / "index.json").write_text(json.dumps(self._outcomes, indent=1),
                                                    encoding="utf-8")
        (self._directory / "index.txt").write_text(self._table(), encoding="utf-8")

    def _table(self):
        lines = []
        for agent, outcomes in self._outcomes.items():
            count = collections.Counter((one["behavior"], one["behaviorClose"])
                                        for one in outcomes.values())
            lines.append(f"{agent}: {len(outcomes)} cases")
            lines += [f"{number:6d}  {behavior} / {close}"
                      for (behavior, close), number in count.most_common()]
            lines += [table_line(name, one) for name, one in outcomes.items() if not is_good(one)]
        return "\n".join(lines) + "\n"


def is_good(outcome):
    return (outcome["behavior"], outcome["behaviorClose"]) in ((OK, OK),
                                                               (INFORMATIONAL, INFORMATIONAL))


def table_line(name, outcome):
    return (f"{name:8} {outcome['behavior']:14} {outcome['behaviorClose']:14} "
            f"{outcome['description']}: {outcome['remark']}")
