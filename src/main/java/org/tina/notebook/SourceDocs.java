package org.tina.notebook;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The library's javadoc for a notebook's Shift-Tab: the shell knows signatures only, so the comment
 * is read from the sources that the jar carries under {@code META-INF/sources}.
 */
final class SourceDocs {
    private static final Pattern SOURCE = Pattern.compile("META-INF/sources/(.*/)?(\\w+)\\.java");

    private final Path jar;

    /** Type → its entry in the jar; names are unique enough without their packages. */
    private final Map<String, String> sources = new HashMap<>();

    /**
     * @param jar with sources; any other file or folder has no javadoc
     */
    SourceDocs(Path jar) {
        this.jar = jar;
        if (!jar.toString().endsWith(".jar")) {
            return;
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            zip.stream()
                    .map(ZipEntry::getName)
                    .map(SOURCE::matcher)
                    .filter(Matcher::matches)
                    .forEach(name -> sources.put(name.group(2), name.group()));
        } catch (IOException e) {
            System.err.println("No javadoc on Shift-Tab: " + jar + ": " + e.getMessage());
        }
    }

    /**
     * @param signature as the shell writes it: {@code Recipe Recipe.named(String name)}, {@code
     *     Slider(String label, …)} or {@code org.tina.recipe.Recipe}
     * @return the comment as plain text
     */
    Optional<String> of(String signature) {
        Asked asked = Asked.of(signature);
        String entry = asked.types().isEmpty() ? null : sources.get(asked.types().get(0));
        if (entry == null) {
            return Optional.empty();
        }
        try {
            Finder finder = new Finder(asked);
            finder.scan(parsed(entry, finder), null);
            return Optional.ofNullable(finder.found()).map(SourceDocs::plain);
        } catch (IOException e) {
            return Optional.empty(); // the signature is shown without it
        }
    }

    private CompilationUnitTree parsed(String entry, Finder finder) throws IOException {
        String text;
        try (ZipFile zip = new ZipFile(jar.toFile());
                InputStream in = zip.getInputStream(zip.getEntry(entry))) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        JavaFileObject file =
                new SimpleJavaFileObject(
                        URI.create("string:///" + entry), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return text;
                    }
                };
        JavacTask task =
                (JavacTask)
                        ToolProvider.getSystemJavaCompiler()
                                .getTask(null, null, problem -> {}, null, null, List.of(file));
        finder.trees = DocTrees.instance(task);
        return task.parse().iterator().next();
    }

    /**
     * What a signature asks for.
     *
     * @param types the type and those around it, outermost first
     * @param member a method or a constant; null for the type itself or its constructor
     * @param parameters their names; null where there are none to have
     */
    private record Asked(List<String> types, String member, List<String> parameters) {

        static Asked of(String signature) {
            String plain = signature;
            while (!plain.equals(plain = plain.replaceAll("<[^<>]*>", ""))) {
                continue; // type arguments, from the innermost out
            }
            int open = plain.indexOf('(');
            String name = open < 0 ? plain : plain.substring(0, open);
            name = name.substring(name.lastIndexOf(' ') + 1);
            List<String> parts =
                    Arrays.stream(name.split("\\."))
                            .dropWhile(part -> !Character.isUpperCase(part.codePointAt(0)))
                            .toList();
            List<String> parameters =
                    open < 0
                            ? null
                            : Arrays.stream(
                                            plain.substring(open + 1, plain.lastIndexOf(')'))
                                                    .split(","))
                                    .map(p -> p.substring(p.strip().lastIndexOf(' ') + 1).strip())
                                    .map(p -> p.substring(p.lastIndexOf(' ') + 1))
                                    .filter(p -> !p.isEmpty())
                                    .toList();
            String last = parts.isEmpty() ? "" : parts.get(parts.size() - 1);
            boolean isMember =
                    parts.size() > 1
                            && (!Character.isUpperCase(last.codePointAt(0))
                                    || last.equals(last.toUpperCase()));
            return isMember
                    ? new Asked(parts.subList(0, parts.size() - 1), last, parameters)
                    : new Asked(parts, null, parameters);
        }
    }

    /** Looks through a source file for what is asked. */
    private static final class Finder extends TreePathScanner<Void, Void> {
        private final Asked asked;
        private DocTrees trees;
        private String exact;
        private String type;

        Finder(Asked asked) {
            this.asked = asked;
        }

        /** The member's own comment, or what the type says. */
        String found() {
            if (exact != null || asked.member == null) {
                return exact == null ? type : exact;
            }
            Matcher component = // of a record
                    Pattern.compile("@param " + Pattern.quote(asked.member) + "\\s([^@]*)")
                            .matcher(type == null ? "" : type);
            return component.find() ? component.group(1) : null;
        }

        @Override
        public Void visitClass(ClassTree tree, Void nothing) {
            if (isAskedType(getCurrentPath())) {
                type = comment();
            }
            return super.visitClass(tree, nothing);
        }

        @Override
        public Void visitMethod(MethodTree tree, Void nothing) {
            String name = asked.member == null ? "<init>" : asked.member;
            List<String> parameters =
                    tree.getParameters().stream().map(p -> p.getName().toString()).toList();
            if (tree.getName().contentEquals(name)
                    && parameters.equals(asked.parameters)
                    && isAskedType(getCurrentPath().getParentPath())) {
                exact = comment();
            }
            return null;
        }

        @Override
        public Void visitVariable(VariableTree tree, Void nothing) {
            if (asked.parameters == null
                    && tree.getName().contentEquals(asked.member == null ? "" : asked.member)
                    && isAskedType(getCurrentPath().getParentPath())) {
                exact = comment();
            }
            return null;
        }

        private String comment() {
            return trees.getDocComment(getCurrentPath());
        }

        private boolean isAskedType(TreePath path) {
            for (int i = asked.types.size() - 1; i >= 0; i--, path = path.getParentPath()) {
                boolean same =
                        path.getLeaf() instanceof ClassTree here
                                && here.getSimpleName().contentEquals(asked.types.get(i));
                if (!same) {
                    return false;
                }
            }
            return path.getLeaf().getKind() == Tree.Kind.COMPILATION_UNIT;
        }
    }

    /** A javadoc comment without its markup. */
    private static String plain(String comment) {
        String text =
                comment.replaceAll("\\{@(?:code|link|linkplain|literal)\\s+([^{}]*)}", "$1")
                        .replaceAll("\\s*<p>\\s*", "\n\n")
                        .replaceAll("\\s*<li>\\s*", "\n- ")
                        .replaceAll("</?\\w+>", "")
                        .replaceAll("(?m)^\\s*@param (\\S+)", "\n$1:")
                        .replaceAll("(?m)^\\s*@return", "\nreturns")
                        .replaceAll("(?m)^\\s*@throws", "\nthrows")
                        .replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&amp;", "&");
        return text.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
    }
}
