package dev.reprise.cli;

import dev.reprise.engine.SavedImage;

/** What {@code show} would print. */
public final class EnemyText {
    private EnemyText() {}

    public static String text(SavedImage saved) {
        return ImageText.of(saved);
    }

    public static String json(SavedImage saved) {
        return Json.of(ImageJson.map(saved));
    }

    /** A line of an error. */
    public static String line(String text) {
        return Console.oneLine(text);
    }
}
