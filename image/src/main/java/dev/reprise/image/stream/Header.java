package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The first 256 bytes of every image, the same in every version of the format, little endian:
 *
 * <pre>
 *   0  magic       89 'R' 'E' 'P' 'R' 'I' 'S' 'E'
 *   8  u32 version of the format      12  u32 architecture (e_machine of ELF)
 *  16  u32 page size                  20  u8 codec, u8 cipher of the body (0: none), u16 zero
 *  24  u64 xcr0 (CPU features)        32  96 bytes kernel release, zero padded
 * 128  124 bytes zero                252  u32 CRC32C of the bytes before
 * </pre>
 */
public record Header(int version, int architecture, int pageSize, int codec, int cipher, long xcr0, String release) {
    /** The length in bytes. */
    public static final int BYTES = 256;

    /** x86-64 in ELF headers, and here. */
    public static final int X86_64 = 62;

    private static final byte[] MAGIC = {(byte) 0x89, 'R', 'E', 'P', 'R', 'I', 'S', 'E'};
    private static final int RELEASE = 32;
    private static final int RELEASE_BYTES = 96;
    private static final int CRC = BYTES - Integer.BYTES;

    /** The header's bytes. */
    public byte[] encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).putInt(version).putInt(architecture).putInt(pageSize);
        bytes.put((byte) codec).put((byte) cipher).putShort((short) 0).putLong(xcr0);
        byte[] name = release.getBytes(StandardCharsets.UTF_8);
        bytes.put(name, 0, Math.min(name.length, RELEASE_BYTES));
        bytes.putInt(CRC, Checksum.of(bytes.array(), 0, CRC));
        return bytes.array();
    }

    /** The header in the first {@code length} bytes of an image, all there were. */
    static Header decode(byte[] bytes, int length) throws BadImageException {
        int common = Arrays.mismatch(bytes, 0, Math.min(length, MAGIC.length), MAGIC, 0, MAGIC.length);
        if (length > 0 && common >= 0 && common < Math.min(length, MAGIC.length)) {
            throw new BadImageException.Corrupt("this is no Reprise image", 0);
        }
        if (length < BYTES) {
            throw new BadImageException.Truncated(length == 0 ? "it is empty" : "it ends in its header", length);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt(CRC) != Checksum.of(bytes, 0, CRC)) {
            throw new BadImageException.Corrupt("the header differs from its checksum", 0);
        }
        int end = RELEASE;
        while (end < RELEASE + RELEASE_BYTES && bytes[end] != 0) {
            end++;
        }
        String release = new String(bytes, RELEASE, end - RELEASE, StandardCharsets.UTF_8);
        return new Header(
                in.getInt(8),
                in.getInt(12),
                in.getInt(16),
                bytes[20] & 0xff,
                bytes[21] & 0xff,
                in.getLong(24),
                release);
    }

    /** Throws one of the answers unless this version can read the body, for which the versions' numbers are given. */
    void requireReadable(int oldest, int newest) throws BadImageException {
        if (Integer.compareUnsigned(version, oldest) < 0) {
            throw new BadImageException.TooOld("its format " + version + " is older than " + oldest, 8);
        }
        if (Integer.compareUnsigned(version, newest) > 0) {
            String number = Integer.toUnsignedString(version);
            throw new BadImageException.TooNew("its format " + number + " is newer than " + newest, 8);
        }
        if (codec != 0 || cipher != 0) {
            throw new BadImageException.TooNew("codec " + codec + " or cipher " + cipher + " is not known", 20);
        }
        if (architecture != X86_64) {
            throw new BadImageException.WrongMachine("architecture " + architecture + " is not x86-64", 12);
        }
        if (pageSize != Alignment.PAGE) {
            throw new BadImageException.WrongMachine("its pages have " + pageSize + " bytes, not 4096", 16);
        }
    }
}
