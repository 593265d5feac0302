"""What the commands without a screen say to a person, in bokmål."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NO_PIN = "PIN trengs, og her er ingen terminal å spørre i. Ingenting er endret. Gi den ved fildeskriptor: --pin-fd 3 3<FIL."

_CONNECTION = {
    "unknown": "Journalen er ikke spurt.",
    "online": "Journalen svarer.",
    "offline": "Journalen svarer ikke. Det som er signert, er trygt her og sendes når den svarer.",
    "signed-out": "Journalen vil ha en ny innlogging. Start feltjournal og logg inn; usendt arbeid beholdes.",
}


def lines(said: Mapping[str, Any]) -> Iterator[str]:
    """Return what `status` and `sync` found, a line each."""
    if said.get("cache") is False:
        yield "Ingenting er lagret på denne maskinen."
        return
    if said.get("clinician"):
        yield f"{said['clinician']} · {said['journal']}"
    yield _CONNECTION[said["connection"]]
    if said["data_as_of"]:
        yield f"Runden er tatt med {said['data_as_of']}."
    if said["unsent_entries"]:
        yield f"Usendt: {said['unsent_entries']} oppføringer fra {said['unsent_visits']} besøk."
    else:
        yield "Alt som er signert, er i journalen."
    for state, count in said["entries"].items():
        yield f"  {count:>4}  {state}"
