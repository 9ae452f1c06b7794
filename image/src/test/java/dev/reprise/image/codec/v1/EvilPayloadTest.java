package dev.reprise.image.codec.v1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.image.BadImageException;
import dev.reprise.image.SampleImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Payloads whose checksums are right but whose content is not: an answer or a valid state, nothing else. */
class EvilPayloadTest {
    private static final int ROUNDS = 5_000;

    @Test
    void damagedPayloadsAreAnsweredOrAccepted() {
        List<int[]> heads = new ArrayList<>();
        List<byte[]> payloads = new ArrayList<>();
        ImageEncoder.encode(SampleImage.image(), (type, key, payload) -> {
            heads.add(new int[] {type, key});
            payloads.add(payload);
        });
        Random random = new Random(20_261_123);
        int answered = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int victim = random.nextInt(payloads.size());
            byte[] damaged = damage(payloads.get(victim), random);
            if (!isAccepted(heads, payloads, victim, damaged)) {
                answered++;
            }
        }
        assertThat(answered).isGreaterThan(ROUNDS / 4);
    }

    private static boolean isAccepted(List<int[]> heads, List<byte[]> payloads, int victim, byte[] damaged) {
        ImageDecoder decoder = new ImageDecoder();
        try {
            for (int i = 0; i < payloads.size(); i++) {
                byte[] payload = i == victim ? damaged : payloads.get(i);
                assertThat(decoder.accept(heads.get(i)[0], heads.get(i)[1], payload, i))
                        .isTrue();
            }
            decoder.finish(0);
            return true;
        } catch (BadImageException answer) {
            assertThat(answer).isInstanceOfAny(BadImageException.Corrupt.class, BadImageException.TooNew.class);
            return false;
        }
    }

    private static byte[] damage(byte[] payload, Random random) {
        byte[] damaged = payload.clone();
        switch (random.nextInt(4)) {
            case 0 -> damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length + 1));
            case 1 -> damaged = Arrays.copyOf(damaged, damaged.length + random.nextInt(20));
            case 2 -> damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            default -> {
                for (int n = random.nextInt(6); n >= 0; n--) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                }
            }
        }
        return damaged;
    }
}
