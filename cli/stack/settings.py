"""Settings of the embedded stack."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from pydantic import ByteSize, Field, SecretStr

from shared.errors import Invalid
from shared.settings import Settings


def _port(offset: int, purpose: str) -> Any:
    return Field(
        default_factory=lambda data: data["anselm_port_base"] + offset,
        ge=1,
        le=65535,
        description=f"Port of {purpose}; unless set, ANSELM_PORT_BASE + {offset}",
    )


class StackSettings(Settings):
    """What `anselm up` needs beyond the common settings."""

    caller = "cli"

    anselm_port_base: int = Field(
        default=8100, ge=1, le=65000, description="Shifts all ports at once: two checkouts can run side by side"
    )
    ingest_port: int = _port(1, "ingest")
    trainer_port: int = _port(2, "the trainer")
    inference_port: int = _port(3, "the persona gateway")
    retrieval_port: int = _port(4, "retrieval")
    feedback_port: int = _port(5, "feedback")
    model_server_port: int = _port(6, "the CPU model server")
    bot_port: int = _port(7, "the bot's health and metrics")
    postgres_port: int = _port(10, "PostgreSQL")
    valkey_port: int = _port(11, "Valkey")

    min_free_disk: ByteSize = Field(
        default=ByteSize(3 * 1024**3),
        description="Refuse to start with less: a run writes checkpoints and merged weights",
    )
    start_timeout: timedelta = Field(
        default=timedelta(minutes=5),
        description="Everything must be ready within; a busy machine imports PyTorch slowly",
    )
    stop_timeout: timedelta = Field(
        default=timedelta(seconds=15), description="A process that has not stopped by then is killed"
    )
    restarts_per_minute: int = Field(
        default=3,
        ge=0,
        description="A process that dies more often is left dead, since starting it again does not help",
    )
    omp_num_threads: int = Field(
        default=1,
        ge=1,
        description="CPU threads of PyTorch a process; beside other busy processes two are slower than one",
    )
    bot_token: SecretStr = Field(default=SecretStr(""), description="From @BotFather; with it the stack runs the bot")
    hf_token: SecretStr = Field(
        default=SecretStr(""),
        description="Of huggingface.co, for models that ask for a licence; containers get it as a file",
    )

    tg_api_hash: SecretStr = Field(default=SecretStr(""), description="Beside TG_API_ID at my.telegram.org; a secret")

    @property
    def ports(self) -> dict[str, int]:
        """Every port by the name of its setting.

        Raises:
            Invalid: two settings name the same port.
        """
        ports = {name: getattr(self, name) for name in type(self).model_fields if name.endswith("_port")}
        for port, count in Counter(ports.values()).items():
            if count > 1:
                names = " and ".join(name.upper() for name, other in ports.items() if other == port)
                raise Invalid(f"{names} are both {port}.", hint="Give each its own port.")
        return ports
