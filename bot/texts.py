"""Sentences in both languages."""

from dataclasses import dataclass

from bot.posts import Language


@dataclass(frozen=True)
class Text:
    """One sentence, with the same ``{placeholders}`` in each language."""

    en: str
    ja: str

    def __call__(self, language: Language, **values: object) -> str:
        """The sentence in one language."""
        template = self.ja if language == "ja" else self.en
        return template.format(**values)
