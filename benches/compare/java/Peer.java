import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;

import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXParseException;

import net.sf.saxon.s9api.Processor;
import net.sf.saxon.s9api.XdmDestination;
import net.sf.saxon.s9api.XdmNode;
import net.sf.saxon.s9api.XPathCompiler;
import net.sf.saxon.s9api.XsltExecutable;
import net.sf.saxon.s9api.XsltTransformer;

/**
 * Saxon or Xerces behind a line protocol on standard input and output.
 *
 * <p>{@code load KEY PATH} compiles a stylesheet or a schema and answers the nanoseconds it took; {@code run KEY PATH N}
 * parses and checks a document N times and answers the median nanoseconds and the number of findings.
 */
public final class Peer {
    /** One prepared rule set. */
    private interface Rules {
        /** Parses and checks; answers whatever {@link #count} needs. */
        Object check(byte[] document) throws Exception;

        /** Number of findings of a result. */
        int count(Object result) throws Exception;
    }

    private static final class SaxonRules implements Rules {
        private final Processor processor;
        private final XsltExecutable stylesheet;

        SaxonRules(Processor processor, File file) throws Exception {
            this.processor = processor;
            this.stylesheet = processor.newXsltCompiler().compile(new StreamSource(file));
        }

        @Override
        public Object check(byte[] document) throws Exception {
            XdmNode source = processor.newDocumentBuilder().build(new StreamSource(new ByteArrayInputStream(document)));
            XsltTransformer transformer = stylesheet.load();
            transformer.setInitialContextNode(source);
            XdmDestination report = new XdmDestination();
            transformer.setDestination(report);
            transformer.transform();
            return report.getXdmNode();
        }

        @Override
        public int count(Object result) throws Exception {
            XPathCompiler xpath = processor.newXPathCompiler();
            xpath.declareNamespace("svrl", "http://purl.oclc.org/dsdl/svrl");
            String counted = "count(//svrl:failed-assert | //svrl:successful-report)";
            return Integer.parseInt(xpath.evaluateSingle(counted, (XdmNode) result).toString());
        }
    }

    private static final class XercesRules implements Rules, ErrorHandler {
        private final Validator validator;
        private int errors;

        XercesRules(SchemaFactory factory, File file) throws Exception {
            Schema schema = factory.newSchema(file);
            validator = schema.newValidator();
            validator.setErrorHandler(this);
        }

        @Override
        public Object check(byte[] document) throws Exception {
            errors = 0;
            validator.validate(new StreamSource(new ByteArrayInputStream(document)));
            return errors;
        }

        @Override
        public int count(Object result) {
            return (Integer) result;
        }

        @Override
        public void warning(SAXParseException exception) {
        }

        @Override
        public void error(SAXParseException exception) {
            errors++;
        }

        @Override
        public void fatalError(SAXParseException exception) throws SAXParseException {
            throw exception;
        }
    }

    private final Map<String, Rules> loaded = new HashMap<>();
    private final boolean saxon;
    private final Processor processor = new Processor(false);
    private final SchemaFactory factory;

    private Peer(boolean saxon) throws Exception {
        this.saxon = saxon;
        this.factory = saxon ? null
            : SchemaFactory.newInstance("http://www.w3.org/2001/XMLSchema",
                "org.apache.xerces.jaxp.validation.XMLSchemaFactory", null);
    }

    private String answer(String[] words) throws Exception {
        if (words[0].equals("load")) {
            long start = System.nanoTime();
            File file = new File(words[2]);
            loaded.put(words[1], saxon ? new SaxonRules(processor, file) : new XercesRules(factory, file));
            return Long.toString(System.nanoTime() - start);
        }
        Rules rules = loaded.get(words[1]);
        byte[] document = Files.readAllBytes(Paths.get(words[2]));
        long[] times = new long[Integer.parseInt(words[3])];
        Object result = null;
        for (int run = 0; run < times.length; run++) {
            long start = System.nanoTime();
            result = rules.check(document);
            times[run] = System.nanoTime() - start;
        }
        Arrays.sort(times);
        return times[times.length / 2] + " " + rules.count(result);
    }

    public static void main(String[] arguments) throws Exception {
        Peer peer = new Peer(arguments[0].equals("saxon"));
        PrintStream out = System.out;
        // Some rule sets warn for every node; that is no part of the work measured.
        System.setErr(new PrintStream(new java.io.OutputStream() {
            @Override
            public void write(int octet) {
            }
        }));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            try {
                out.println(peer.answer(line.split("\t")));
            } catch (Exception failure) {
                out.println("error " + String.valueOf(failure.getMessage()).replace('\n', ' '));
            }
            out.flush();
        }
    }
}
