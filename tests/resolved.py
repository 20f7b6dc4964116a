"""Resolve the functions of the transformed template as CloudFormation does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.transformed import transformed

NOTHING = {"Ref": "AWS::NoValue"}
PLACEHOLDER = re.compile(r"\$\{([^!}]+)\}")


@dataclass(frozen=True)
class Stack:
    """Hold the parameters of a stack that differ from their defaults."""

    changes: dict[str, str]
    template: dict[str, Any] = field(default_factory=transformed)

    def properties(self, name: str) -> dict[str, Any]:
        """Return the properties of a resource, with references to resources unresolved."""
        found: dict[str, Any] = self.resolved(self.template["Resources"][name]["Properties"])
        return found

    @property
    def present(self) -> dict[str, Any]:
        """Return the resources that exist."""
        return self._present("Resources")

    @property
    def outputs(self) -> dict[str, Any]:
        """Return the outputs that exist."""
        return self._present("Outputs")

    def references(self, value: Any) -> Iterator[str]:
        """Yield what a part of the template refers to, but for parameters and AWS's own names."""
        value = self._chosen(value)
        if isinstance(value, list):
            value = dict(enumerate(value))
        if not isinstance(value, dict):
            return
        match value:
            case {"Ref": str(name)} if len(value) == 1:
                names = [name]
            case {"Fn::GetAtt": target}:
                names = [target[0] if isinstance(target, list) else target.partition(".")[0]]
            case {"Fn::Sub": operand}:
                text, given = (operand, {}) if isinstance(operand, str) else operand
                names = [each.partition(".")[0] for each in PLACEHOLDER.findall(text)]
                names = [each for each in names if each not in given]
                yield from self.references(given)
            case _:
                for each in value.values():
                    yield from self.references(each)
                return
        parameters = self.template["Parameters"]
        yield from (each for each in names if each not in parameters and "::" not in each)

    def refusals(self) -> list[str]:
        """Return the rules that these parameters break."""
        return [
            name
            for name, rule in self.template["Rules"].items()
            if self.holds(rule["RuleCondition"])
            and not all(self.holds(each["Assert"]) for each in rule["Assertions"])
        ]

    def resolved(self, value: Any) -> Any:
        """Return a part of the template with the parameters' values in it."""
        if isinstance(value, list):
            return [self.resolved(each) for each in value if self._chosen(each) != NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, operand),) = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._result(name, operand, value)
        kept = {name: each for name, each in value.items() if self._chosen(each) != NOTHING}
        return {name: self.resolved(each) for name, each in kept.items()}

    def holds(self, condition: Any) -> bool:
        """Return whether a condition, or the one with this name, is true."""
        if isinstance(condition, str):
            return self.holds(self.template["Conditions"][condition])
        ((name, operand),) = condition.items()
        match name:
            case "Condition":
                return self.holds(operand)
            case "Fn::Equals":
                first, second = (str(self.resolved(each)) for each in operand)
                return first == second
            case "Fn::Not":
                return not self.holds(operand[0])
            case "Fn::And":
                return all(map(self.holds, operand))
        raise NotImplementedError(name)

    def _present(self, section: str) -> dict[str, Any]:
        return {
            name: each
            for name, each in self.template[section].items()
            if "Condition" not in each or self.holds(each["Condition"])
        }

    def _chosen(self, value: Any) -> Any:
        """Return the branch of an `Fn::If` that applies."""
        while isinstance(value, dict) and "Fn::If" in value:
            condition, *branches = value["Fn::If"]
            value = branches[0 if self.holds(condition) else 1]
        return value

    def _result(self, name: str, operand: Any, value: Any) -> Any:
        match name:
            case "Ref" if operand in self.template["Parameters"]:
                return self._parameter(operand)
            case "Fn::If":
                return self.resolved(self._chosen(value))
            case "Fn::Join":
                return operand[0].join(self.resolved(operand[1]))
            case "Fn::Split":
                if not (source := self.resolved(operand[1])):
                    raise ValueError("it is not documented what Fn::Split does with an empty text")
                return source.split(operand[0])
            case "Fn::Sub":
                text, names = (operand, {}) if isinstance(operand, str) else operand
                return PLACEHOLDER.sub(lambda found: self._substitute(found, names), text)
        return value

    def _parameter(self, name: str) -> str | list[str]:
        parameter = self.template["Parameters"][name]
        text = self.changes.get(name, str(parameter["Default"]))
        return text.split(",") if parameter["Type"] == "CommaDelimitedList" else text

    def _substitute(self, found: re.Match[str], names: dict[str, Any]) -> str:
        name = found[1]
        if name not in names and name not in self.template["Parameters"]:
            return found[0]
        return str(self.resolved(names.get(name, {"Ref": name})))
