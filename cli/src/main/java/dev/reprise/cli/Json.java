package dev.reprise.cli;

import java.util.List;
import java.util.Map;

/** JSON text of maps, lists, strings, numbers and booleans; no library, since two of its users are in a hurry. For bench, too. */
public final class Json {
    private final StringBuilder text = new StringBuilder(256);

    private Json() {}

    /** A value as indented text with a line feed at the end. */
    public static String of(Object value) {
        Json json = new Json();
        json.add(value, 0);
        return json.text.append('\n').toString();
    }

    private void add(Object value, int depth) {
        switch (value) {
            case Map<?, ?> map -> addMap(map, depth);
            case List<?> list -> addList(list, depth);
            case String string -> addString(string);
            case Boolean bool -> text.append(bool.booleanValue());
            case Double number -> text.append(Math.round(number * 1000) / 1000.0);
            case Number number -> text.append(number.longValue());
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }

    private void addMap(Map<?, ?> map, int depth) {
        char separator = '{';
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            newLine(separator, depth + 1);
            addString((String) entry.getKey());
            text.append(": ");
            add(entry.getValue(), depth + 1);
            separator = ',';
        }
        end(map.isEmpty() ? "{}" : "}", map.isEmpty(), depth);
    }

    private void addList(List<?> list, int depth) {
        char separator = '[';
        for (Object element : list) {
            newLine(separator, depth + 1);
            add(element, depth + 1);
            separator = ',';
        }
        end(list.isEmpty() ? "[]" : "]", list.isEmpty(), depth);
    }

    private void newLine(char before, int depth) {
        text.append(before).append('\n').repeat("  ", depth);
    }

    private void end(String bracket, boolean empty, int depth) {
        if (!empty) {
            text.append('\n').repeat("  ", depth);
        }
        text.append(bracket);
    }

    private void addString(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ' || c >= 127) {
                text.append("\\u").append(Character.forDigit(c >> 12, 16)).append(Character.forDigit(c >> 8 & 15, 16));
                text.append(Character.forDigit(c >> 4 & 15, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
