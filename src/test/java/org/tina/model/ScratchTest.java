package org.tina.model;
import java.util.*;
import org.junit.jupiter.api.Test;
class ScratchTest {
    @Test void compiles() {
        var a = new LinkedHashMap<String,Object>();
        a.put("files",""); a.put("device","cpu"); a.put("dtype",6); a.put("fused",true);a.put("tied",true); a.put("heads",4); a.put("kv_heads",2); a.put("head_dim",32); a.put("eps",1e-6); a.put("rope_theta",10000.0); a.put("weights",null);
        try (var p = TensorProgram.compile(a)) { System.out.println("compiled"); }
    }
}
