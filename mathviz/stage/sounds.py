"""Sounds of a film: they begin where the scene adds them, and end by themselves, where it says, or with the film.

    def the_ball_falls(self) -> None:
        self.add_sound("assets/sounds/rain.mp3", gain=-18)      # manimgl's, with its offset and gains
        ...

    def it_lies(self) -> None:
        self.end_sounds(fade=1.0)
"""

from __future__ import annotations

from mathviz.stage.laws import LawScene


class SoundingScene(LawScene):
    """A scene whose sounds can be ended."""

    def end_sounds(self, fade: float = 0.5) -> None:
        """Let all sounds that were added so far be over now, the last ``fade`` seconds of them ever softer."""
        if self.skip_animations:
            return
        writer, now = self.file_writer, self.get_time()
        if hasattr(writer, "end_sounds"):  # that of whoever notes a beat's sounds
            writer.end_sounds(now, fade)
        elif writer.includes_sound:  # manimgl's own, which has mixed them already
            writer.audio_segment = writer.audio_segment[: round(1000 * now)].fade_out(round(1000 * fade))
