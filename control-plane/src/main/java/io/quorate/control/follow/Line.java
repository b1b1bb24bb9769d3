package io.quorate.control.follow;

import io.quorate.control.objects.StoredObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.pekko.util.ByteString;

/**
 * One line of what a node without a copy is told. A letter, a version, and for an object its type and its JSON, with a blank between them:
 *
 * <pre>
 * A 17               everything is told anew, as it is at version 17: what is not told is not there
 * S 18 pods {…}      an object is so
 * D 19 pods {…}      an object is gone, and was so at last
 * V 19               all that there is up to version 19 was told
 * </pre>
 *
 * What stands before a {@code V} belongs together. A number is the version of the change, which is later than the object's own where a change makes an
 * older object needed.
 *
 * @param type of the object, as {@code ObjectKey} has it; empty where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Line(Kind kind, long version, String type, byte[] json) {
    /** What a line says. */
    public enum Kind {
        ANEW('A'),
        IS('S'),
        GONE('D'),
        COMPLETE('V');

        private final char letter;

        Kind(char letter) {
            this.letter = letter;
        }

        static Kind of(byte letter) {
            return Arrays.stream(values())
                    .filter(each -> each.letter == letter)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("a line of no kind: " + (char) letter));
        }
    }

    private static final byte[] NOTHING = {};

    static Line anew(long version) {
        return new Line(Kind.ANEW, version, "", NOTHING);
    }

    public static Line complete(long version) {
        return new Line(Kind.COMPLETE, version, "", NOTHING);
    }

    static Line is(long version, StoredObject object) {
        return new Line(Kind.IS, version, object.key().type(), object.json());
    }

    static Line gone(long version, StoredObject object) {
        return new Line(Kind.GONE, version, object.key().type(), object.json());
    }

    /** With its end; the object's own bytes go out. */
    public ByteString bytes() {
        String begin = kind.letter + " " + version + (type.isEmpty() ? "" : " " + type + " ");
        return ByteString.fromArrayUnsafe(begin.getBytes(StandardCharsets.US_ASCII))
                .concat(ByteString.fromArrayUnsafe(json))
                .concat(END);
    }

    private static final ByteString END = ByteString.fromString("\n");

    /**
     * @param line without its end
     * @throws IllegalArgumentException where it is none
     */
    public static Line read(byte[] line) {
        if (line.length < 3) {
            throw new IllegalArgumentException("a line that is too short");
        }
        Kind kind = Kind.of(line[0]);
        int version = blank(line, 2);
        long number = Long.parseLong(text(line, 2, version));
        if (version == line.length) {
            return new Line(kind, number, "", NOTHING);
        }
        int type = blank(line, version + 1);
        return new Line(
                kind,
                number,
                text(line, version + 1, type),
                Arrays.copyOfRange(line, Math.min(line.length, type + 1), line.length));
    }

    private static int blank(byte[] line, int from) {
        int at = from;
        while (at < line.length && line[at] != ' ') {
            at++;
        }
        return at;
    }

    private static String text(byte[] line, int from, int to) {
        return new String(line, from, to - from, StandardCharsets.US_ASCII);
    }

    StoredObject object() {
        return StoredObject.read(type, json);
    }
}
