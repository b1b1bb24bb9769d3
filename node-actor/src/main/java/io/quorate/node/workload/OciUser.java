package io.quorate.node.workload;

import java.util.OptionalLong;

/**
 * Whom a container runs as, by what its pod, its image, and the image's {@code /etc/passwd} and {@code /etc/group} say. Pure.
 *
 * @param home empty where it is not known
 */
record OciUser(long uid, long gid, String home) {

    /**
     * @param image {@code user[:group]}, names or numbers
     * @throws StartRefused where a name is not known, or it is root and may not be
     */
    static OciUser of(Walls walls, String image, String passwd, String group) throws StartRefused {
        String[] said = image.split(":", 2);
        String user =
                walls.user().isPresent() ? Long.toString(walls.user().getAsLong()) : said[0].isEmpty() ? "0" : said[0];
        String[] known = line(passwd, user);
        OptionalLong uid = number(user);
        if (known.length > 3) {
            uid = number(known[2]);
        }
        if (uid.isEmpty()) {
            throw new StartRefused(
                    "CreateContainerError", "unable to find user " + user + ": no matching entries in passwd file");
        }
        OptionalLong gid = walls.group();
        if (gid.isEmpty() && said.length > 1 && walls.user().isEmpty()) {
            String[] of = line(group, said[1]);
            gid = of.length > 2 ? number(of[2]) : number(said[1]);
            if (gid.isEmpty()) {
                throw new StartRefused(
                        "CreateContainerError",
                        "unable to find group " + said[1] + ": no matching entries in group file");
            }
        }
        if (gid.isEmpty()) {
            gid = known.length > 3 ? number(known[3]) : OptionalLong.of(0);
        }
        if (walls.notRoot() && uid.getAsLong() == 0) {
            throw new StartRefused(
                    "CreateContainerConfigError", "container has runAsNonRoot and image will run as root");
        }
        return new OciUser(uid.getAsLong(), gid.orElse(0), known.length > 5 ? known[5] : "");
    }

    /** The line of a name or a number; empty where there is none. */
    private static String[] line(String file, String wanted) {
        for (String each : file.split("\n")) {
            String[] parts = each.strip().split(":", -1);
            if (parts.length > 2 && (parts[0].equals(wanted) || parts[2].equals(wanted))) {
                return parts;
            }
        }
        return new String[0];
    }

    private static OptionalLong number(String text) {
        return text.matches("\\d{1,10}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }
}
