package dev.reprise.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks JSON against a schema of docs/schema: the keywords that ours use, any other is an error. */
final class Schema {
    private final Map<?, ?> root;
    private final List<String> errors = new ArrayList<>();

    private Schema(Map<?, ?> root) {
        this.root = root;
    }

    /** The errors of a text under docs/schema/NAME.json; empty when there is none. */
    static List<String> errors(String name, String text) throws IOException {
        String schema = Files.readString(Checkout.ROOT.resolve("docs/schema/" + name + ".json"));
        Schema checking = new Schema((Map<?, ?>) JsonText.parse(schema));
        checking.check(checking.root, JsonText.parse(text), "$");
        return checking.errors;
    }

    private void check(Map<?, ?> schema, Object value, String where) {
        schema.forEach((keyword, rule) -> check((String) keyword, rule, schema, value, where));
    }

    private void check(String keyword, Object rule, Map<?, ?> schema, Object value, String where) {
        switch (keyword) {
            case "$schema", "title", "description", "$defs" -> {}
            case "$ref" -> check(definition((String) rule), value, where);
            case "type" -> require(isA((String) rule, value), where, "is no " + rule + ": " + value);
            case "enum" -> require(((List<?>) rule).contains(value), where, "is none of " + rule + ": " + value);
            case "pattern" ->
                require(value instanceof String s && s.matches((String) rule), where, "does not match " + rule);
            case "minimum" ->
                require(
                        value instanceof Number n && n.doubleValue() >= ((Number) rule).doubleValue(),
                        where,
                        "is less than " + rule + ": " + value);
            case "minItems" ->
                require(value instanceof List<?> l && l.size() >= (Long) rule, where, "has too few elements");
            case "required" ->
                ((List<?>) rule)
                        .forEach(name ->
                                require(value instanceof Map<?, ?> m && m.containsKey(name), where, "has no " + name));
            case "properties" -> properties((Map<?, ?>) rule, value, where);
            case "additionalProperties" -> nothingElse((Map<?, ?>) schema.get("properties"), value, where);
            case "items" -> elements((Map<?, ?>) rule, value, where);
            default -> throw new IllegalArgumentException("a schema's keyword that is not known here: " + keyword);
        }
    }

    private void properties(Map<?, ?> rules, Object value, String where) {
        if (value instanceof Map<?, ?> map) {
            rules.forEach((name, rule) -> {
                Object member = map.get(name);
                if (member != null) {
                    check((Map<?, ?>) rule, member, where + "." + name);
                }
            });
        }
    }

    private void nothingElse(Map<?, ?> known, Object value, String where) {
        if (value instanceof Map<?, ?> map) {
            map.keySet().forEach(name -> require(known.containsKey(name), where, "has an unknown member " + name));
        }
    }

    private void elements(Map<?, ?> rule, Object value, String where) {
        if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                check(rule, list.get(i), where + "[" + i + "]");
            }
        }
    }

    private Map<?, ?> definition(String reference) {
        Map<?, ?> definitions = (Map<?, ?>) root.get("$defs");
        return (Map<?, ?>) definitions.get(reference.substring("#/$defs/".length()));
    }

    private static boolean isA(String type, Object value) {
        return switch (type) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "integer" -> value instanceof Long;
            case "number" -> value instanceof Number;
            default -> throw new IllegalArgumentException("a schema's type that is not known here: " + type);
        };
    }

    private void require(boolean holds, String where, String what) {
        if (!holds) {
            errors.add(where + " " + what);
        }
    }
}
