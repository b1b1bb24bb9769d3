package io.quorate.control.channel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Names and values as SPDY/3.1 has them: compressed by zlib with a dictionary that both sides know, one after another for as long as the connection is
 * open. For one thread at a time, and one direction.
 */
final class SpdyHeaders implements AutoCloseable {
    private static final int MAX_BYTES = 64 * 1024;
    private static final int BLOCK = 1024;

    /** The specification's dictionary: these words, each after its length… */
    private static final List<String> WORDS = List.of(
            "options",
            "head",
            "post",
            "put",
            "delete",
            "trace",
            "accept",
            "accept-charset",
            "accept-encoding",
            "accept-language",
            "accept-ranges",
            "age",
            "allow",
            "authorization",
            "cache-control",
            "connection",
            "content-base",
            "content-encoding",
            "content-language",
            "content-length",
            "content-location",
            "content-md5",
            "content-range",
            "content-type",
            "date",
            "etag",
            "expect",
            "expires",
            "from",
            "host",
            "if-match",
            "if-modified-since",
            "if-none-match",
            "if-range",
            "if-unmodified-since",
            "last-modified",
            "location",
            "max-forwards",
            "pragma",
            "proxy-authenticate",
            "proxy-authorization",
            "range",
            "referer",
            "retry-after",
            "server",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "user-agent",
            "vary",
            "via",
            "warning",
            "www-authenticate",
            "method",
            "get",
            "status",
            "200 OK",
            "version",
            "HTTP/1.1",
            "url",
            "public",
            "set-cookie",
            "keep-alive",
            "origin");

    /** … and this. */
    private static final String REST =
            "100101201202205206300302303304305306307402405406407408409410411412413414415416417"
                    + "502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request"
                    + "401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented"
                    + "503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, "
                    + "Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,"
                    + "application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdch"
                    + "charset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

    private static final byte[] DICTIONARY = dictionary();

    private final Inflater inflater = new Inflater();
    private final Deflater deflater = new Deflater();

    SpdyHeaders() {
        deflater.setDictionary(DICTIONARY);
    }

    private static byte[] dictionary() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String word : WORDS) {
            bytes.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(word.length()).array());
            bytes.writeBytes(word.getBytes(StandardCharsets.US_ASCII));
        }
        bytes.writeBytes(REST.getBytes(StandardCharsets.US_ASCII));
        return bytes.toByteArray();
    }

    /** @return names in small letters */
    Map<String, String> read(byte[] block) throws IOException {
        ByteBuffer plain = ByteBuffer.wrap(inflated(block));
        Map<String, String> headers = new HashMap<>();
        try {
            int count = plain.getInt();
            for (int i = 0; i < count; i++) {
                String name = text(plain);
                headers.put(name.toLowerCase(Locale.ROOT), text(plain));
            }
            return headers;
        } catch (BufferUnderflowException e) {
            throw new IOException("the headers of a stream end too early", e);
        }
    }

    private static String text(ByteBuffer from) throws IOException {
        int length = from.getInt();
        if (length < 0 || length > from.remaining()) {
            throw new IOException("the headers of a stream end too early");
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private byte[] inflated(byte[] block) throws IOException {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        byte[] buffer = new byte[BLOCK];
        inflater.setInput(block);
        try {
            while (true) {
                int count = inflater.inflate(buffer);
                if (count > 0) {
                    plain.write(buffer, 0, count);
                } else if (inflater.needsDictionary()) {
                    inflater.setDictionary(DICTIONARY);
                } else {
                    return plain.toByteArray();
                }
                if (plain.size() > MAX_BYTES) {
                    throw new IOException("the headers of a stream are too long");
                }
            }
        } catch (DataFormatException | IllegalArgumentException e) {
            throw new IOException("the headers of a stream cannot be read", e);
        }
    }

    byte[] write(Map<String, String> headers) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        plain.writeBytes(
                ByteBuffer.allocate(Integer.BYTES).putInt(headers.size()).array());
        headers.forEach((name, value) -> {
            for (String each : List.of(name, value)) {
                byte[] bytes = each.getBytes(StandardCharsets.UTF_8);
                plain.writeBytes(
                        ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
                plain.writeBytes(bytes);
            }
        });
        deflater.setInput(plain.toByteArray());
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] buffer = new byte[BLOCK];
        int count = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
        while (count > 0) {
            packed.write(buffer, 0, count);
            count = count < buffer.length ? 0 : deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
        }
        return packed.toByteArray();
    }

    @Override
    public void close() {
        inflater.end();
        deflater.end();
    }
}
