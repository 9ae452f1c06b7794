package dev.reprise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void valuesNest() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("a", List.of(1, 2L, 1.5, true));
        map.put("b", Map.of());
        map.put("c", List.of());
        assertThat(Json.of(map).replaceAll("\\s+", "")).isEqualTo("{\"a\":[1,2,1.5,true],\"b\":{},\"c\":[]}");
    }

    @Test
    void stringsAreEscaped() {
        assertThat(Json.of("a\"b\\c\n\u00e9")).isEqualTo("\"a\\\"b\\\\c\\u000a\\u00e9\"\n");
    }

    @Test
    void timesHaveMicroseconds() {
        assertThat(Json.of(1234567 / 1e6)).isEqualTo("1.235\n");
    }
}
