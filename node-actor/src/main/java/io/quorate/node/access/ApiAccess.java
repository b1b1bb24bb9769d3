package io.quorate.node.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.Identity;
import io.quorate.node.folder.TlsFiles;
import io.quorate.persistence.tls.PeerKind;
import io.quorate.persistence.tls.Pem;
import io.quorate.persistence.tls.Tls;
import io.quorate.persistence.tls.TlsIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * @param server {@code host:port} of a node's API
 * @param identity whom to trust, and the certificate to show, if any
 * @param bearer the token to show; empty for none
 */
public record ApiAccess(String server, TlsIdentity identity, String bearer) {
    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER));

    private static final String SCHEME = "https://";

    /**
     * That of the node whose data folder this is; whoever may read the folder may do what the node may.
     *
     * @return empty where the folder holds no node
     * @throws io.quorate.node.folder.FolderException when a file in it cannot be read
     */
    public static Optional<ApiAccess> ofDataFolder(Path folder) {
        Optional<Identity> identity = DataFolder.readIdentity(folder);
        if (identity.isEmpty()) {
            return Optional.empty();
        }
        TlsFiles files = DataFolder.readTls(folder);
        return Optional.of(new ApiAccess(
                identity.get().apiAddress(),
                new TlsIdentity(
                        Pem.certificates(files.authorities()),
                        Pem.certificates(files.nodeCertificate()),
                        Pem.keys(files.nodeKey())),
                ""));
    }

    /**
     * Reads a file as {@code quorate config} prints it.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static ApiAccess ofConfig(Path file) {
        try {
            JsonNode root = YAML.readTree(Files.readString(file));
            JsonNode context =
                    named(root, "contexts", text(root, "current-context")).path("context");
            JsonNode cluster = named(root, "clusters", text(context, "cluster")).path("cluster");
            JsonNode user = named(root, "users", text(context, "user")).path("user");
            String server = text(cluster, "server");
            if (!server.startsWith(SCHEME)) {
                throw new IllegalArgumentException("its server does not begin with " + SCHEME);
            }
            String authorities = decoded(cluster, "certificate-authority-data");
            boolean certificate = user.has("client-certificate-data");
            return new ApiAccess(
                    server.substring(SCHEME.length()),
                    new TlsIdentity(
                            Pem.certificates(authorities),
                            certificate ? Pem.certificates(decoded(user, "client-certificate-data")) : List.of(),
                            certificate ? Pem.keys(decoded(user, "client-key-data")) : List.of()),
                    user.path("token").asText(""));
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private static JsonNode named(JsonNode root, String list, String name) {
        for (JsonNode each : root.path(list)) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException("it has no '" + name + "' among its " + list);
    }

    private static String text(JsonNode map, String field) {
        String text = map.path(field).asText("");
        if (text.isEmpty()) {
            throw new IllegalArgumentException("it has no field '" + field + "'");
        }
        return text;
    }

    private static String decoded(JsonNode map, String field) {
        return new String(Base64.getDecoder().decode(text(map, field)), StandardCharsets.US_ASCII);
    }

    /** This access as a file that {@code kubectl} and {@link #ofConfig} read. */
    public String toConfig(String userName) {
        Map<String, Object> user = new LinkedHashMap<>();
        if (!identity.chain().isEmpty()) {
            user.put("client-certificate-data", encoded(Pem.ofCertificates(identity.chain())));
            user.put("client-key-data", encoded(Pem.ofKeys(identity.keys())));
        }
        if (!bearer.isEmpty()) {
            user.put("token", bearer);
        }
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("apiVersion", "v1");
        root.put("kind", "Config");
        root.put("current-context", "quorate");
        root.put(
                "clusters",
                List.of(Map.of(
                        "name",
                        "quorate",
                        "cluster",
                        ordered(
                                "server",
                                SCHEME + server,
                                "certificate-authority-data",
                                encoded(Pem.ofCertificates(identity.authorities()))))));
        root.put(
                "contexts",
                List.of(ordered("name", "quorate", "context", ordered("cluster", "quorate", "user", userName))));
        root.put("users", List.of(ordered("name", userName, "user", user)));
        try {
            return YAML.writeValueAsString(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> ordered(String first, Object one, String second, Object two) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(first, one);
        map.put(second, two);
        return map;
    }

    private static String encoded(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }

    /** For connections to the server. */
    public SSLContext context() {
        return new Tls(identity, Tls.Refusals.NONE).context(PeerKind.SERVERS);
    }

    /** The same, at another node. */
    public ApiAccess at(String otherServer) {
        return new ApiAccess(otherServer, identity, bearer);
    }

    /** Keys stay out of logs. */
    @Override
    public String toString() {
        return server;
    }
}
