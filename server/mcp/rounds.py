"""Questions to the client in the middle of a call, in both eras of the protocol.

Until 2025-11-25 a server asks while the call waits. Since 2026-07-28 the call ends with what is needed, and the client
calls again with the answers: what was asked before is answered from what it sends along, so a tool reads the same.
"""

import json
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from mcp.types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)

Asked = ElicitRequest | CreateMessageRequest
Answered = ElicitResult | CreateMessageResult
MODERN = "2026-07-28"


class Needed(ToolError):
    """Ends a round: the client is to answer, and to call again."""

    def __init__(self, name: str, request: Asked, answers: dict[str, Any]) -> None:
        super().__init__(name)
        self.reply = InputRequiredResult(input_requests={name: request}, request_state=json.dumps(answers))


class Rounds:
    """What one call asks its client. Names of questions are the same in every round."""

    def __init__(self, context: Context[Any, Any]) -> None:
        self.context = context
        self.answers: dict[str, Any] = json.loads(context.request_state) if context.request_state else {}
        for name, answer in (context.input_responses or {}).items():
            self.answers[name] = answer.model_dump(mode="json", by_alias=True, exclude_none=True)

    @property
    def elicits(self) -> bool:
        """Can the client put a form before the person?"""
        able = self.context.client_capabilities
        asked = able.elicitation if able else None
        return asked is not None and (asked.form is not None or asked.url is None)

    @property
    def samples(self) -> bool:
        """Does the client lend its language model?"""
        able = self.context.client_capabilities
        return able is not None and able.sampling is not None

    async def form(self, name: str, message: str, properties: dict[str, Any]) -> ElicitResult | None:
        """A form of flat fields, filled by the person; None where the client cannot ask."""
        if not self.elicits:
            return None
        schema: dict[str, Any] = {"type": "object", "properties": properties, "required": list(properties)}
        request = ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))
        return await self._asked(name, request, ElicitResult)

    async def sample(self, name: str, params: CreateMessageRequestParams) -> CreateMessageResult | None:
        """What the client's language model says; None where it cannot be asked."""
        return await self._asked(name, CreateMessageRequest(params=params), CreateMessageResult)

    async def _asked(self, name: str, request: Asked, kind: "type[Any]") -> Any:
        if name in self.answers:
            return kind.model_validate(self.answers[name])
        if (self.context.protocol_version or "") >= MODERN:
            raise Needed(name, request, self.answers)
        related = ServerMessageMetadata(related_request_id=self.context.request_id)
        try:
            return await self.context.session.send_request(request, kind, metadata=related)
        except MCPError:
            return None
