"""Print texts without Chinese, ready to be filled in: ``python -m tools.missing_texts``."""

from tests.architecture.test_translations import messages, singular_of, used

if __name__ == "__main__":
    translated = {singular_of(message) for _, message in messages()}
    for text, place in sorted(used().items()):
        if text not in translated:
            escaped = text.replace("\\", "\\\\").replace('"', '\\"')
            print(f'#: {place}\nmsgid "{escaped}"\nmsgstr ""\n')
