"""Count the statements a block sends, so that a list page never asks once per row."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine, event

BOOKKEEPING = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@dataclass
class QueryCount:
    """The statements sent inside the block; savepoints are not counted."""

    engine: Engine
    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)

    def __enter__(self) -> Self:
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(BOOKKEEPING):
            self.statements.append(statement)


def counting(engine: Engine) -> QueryCount:
    return QueryCount(engine)
