package dev.reprise.cli;

/** HTML text that grows: whatever comes from an image goes through {@link #text} or {@link #escaped}. */
final class Markup {
    private final StringBuilder html = new StringBuilder(16_384);

    /** Markup of ours, as it is. */
    Markup raw(String markup) {
        html.append(markup);
        return this;
    }

    /** A text that may hold anything. */
    Markup text(String text) {
        return raw(escaped(text));
    }

    /** An element with a text in it; {@code tag} may have attributes of ours. */
    Markup element(String tag, String text) {
        int blank = tag.indexOf(' ');
        return raw("<" + tag + ">").text(text).raw("</" + (blank < 0 ? tag : tag.substring(0, blank)) + ">");
    }

    /** For element contents and for attributes in double quotes; control characters are shown as on a terminal. */
    static String escaped(String text) {
        return Console.oneLine(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    @Override
    public String toString() {
        return html.toString();
    }
}
